import type { JoseTerms } from './jose/format.ts';
import type { KeyFormat } from './key-format.ts';
import type { KeyKind } from './keys/key-kind.ts';
import type { PgpRules } from './openpgp/thread.ts';

/** What the settings of each kind say; `undefined`: nothing but the defaults. */
export interface KeyTerms {
  readonly pgp?: PgpRules | undefined;
  readonly jwe?: JoseTerms | undefined;
}

// A library is loaded only where there are keys for it: together they take half of a sandbox's start.
const loaders: Readonly<Record<KeyKind, (terms: KeyTerms) => Promise<KeyFormat>>> = {
  pgp: async ({ pgp }) => (await import('./openpgp/format.ts')).openpgpFormat(pgp),
  jwe: async ({ jwe }) => (await import('./jose/format.ts')).joseFormat(jwe),
};

/** The format of a kind of body. */
export function loadKeyFormat(kind: KeyKind, terms: KeyTerms = {}): Promise<KeyFormat> {
  return loaders[kind](terms);
}
