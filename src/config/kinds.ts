import type { TObject, TSchema } from 'typebox';

/** The settings of one kind, such as of one kind of gateway: members of the same name mean the same in every kind. */
export type KindSchema = TObject<{ readonly kind: TSchema & { readonly const: string } }>;

/** A rule between settings of one kind. */
export interface KindRule<Settings> {
  /** What breaks it, in words that follow the name of the setting and hold no credential; `undefined`: nothing does. */
  fault(settings: Settings): string | undefined;
  readonly accepted: string;
  /** The sandbox may break it. */
  readonly inProduction?: boolean;
}

type SchemasOf<Kinds extends readonly { readonly settings: TSchema }[]> = {
  -readonly [Index in keyof Kinds]: Kinds[Index]['settings'];
};

/** The settings of the kinds of a catalog, for a choice among them. */
export function schemasOf<const Kinds extends readonly { readonly settings: TSchema }[]>(
  kinds: Kinds,
): SchemasOf<Kinds> {
  return kinds.map(({ settings }) => settings) as SchemasOf<Kinds>;
}
