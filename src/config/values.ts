import type { Static, TSchema } from 'typebox';
import type { Secret } from '../ports/secret.ts';

type DeepReadonly<T> = T extends Secret
  ? T
  : T extends object
    ? { readonly [Name in keyof T]: DeepReadonly<T[Name]> }
    : T;

/** What settings of that schema are once they are read: defaults filled in, paths absolute, secrets loaded. */
export type ValuesOf<Schema extends TSchema> = DeepReadonly<Static<Schema>>;
