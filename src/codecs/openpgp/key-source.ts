/** OpenPGP certificates as they lie in a file. Their times go for all of them. */
export interface PgpKeySource {
  /** What messages call it, such as the name of its file. */
  readonly name: string;
  /** Armored or binary, one certificate or several. */
  readonly bytes: Uint8Array;
  /** Wall clock; `undefined`: from its creation on. */
  readonly notBeforeMs?: number | undefined;
  /** Wall clock; `undefined`: not before it expires. */
  readonly retiresAtMs?: number | undefined;
}
