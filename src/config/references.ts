import type { TUnsafe } from 'typebox';
import type { Secret } from '../ports/secret.ts';
import type { SettingSchema } from './setting-schema.ts';
import { Type } from './setting-words.ts';

interface ReferenceOptions {
  /** Least number of characters of the value; default 1. */
  readonly minLength?: number;
  readonly description: string;
  readonly sandboxDefault?: { readonly file: string };
  readonly derLabel?: string;
  readonly fileBytesMax?: number;
}

type ReferenceSchema = TUnsafe<Secret> & SettingSchema;

/** A value kept elsewhere, written as `{file: …}`, `{env: …}` or `{value: …}`; a `Secret` once loaded. */
export function secret(options: ReferenceOptions): ReferenceSchema {
  return Type.Unsafe<Secret>({
    ...referenceTo(
      'File that holds it: a regular one of 64 KiB at most, closed to all but root, its owner and the group of the server.',
      'The value itself; sandbox profile only.',
    ),
    ...options,
  });
}

/** The same for what everybody may see, such as a certificate. */
export function publicText(options: ReferenceOptions): ReferenceSchema {
  return Type.Unsafe<Secret>({
    ...referenceTo('File that holds it.', 'The text itself.'),
    public: true,
    ...options,
  });
}

function referenceTo(file: string, value: string) {
  return {
    type: 'object',
    secret: true,
    properties: {
      file: Type.Optional(Type.String({ filePath: true, description: file })),
      env: Type.Optional(Type.String({ description: 'Environment variable that holds it.' })),
      value: Type.Optional(Type.String({ sensitive: true, description: value })),
    },
  };
}
