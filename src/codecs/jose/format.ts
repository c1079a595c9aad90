import type { KeyFormat } from '../key-format.ts';
import { KEY_PURPOSES } from '../keys/key-ring.ts';
import type { CodecOptions } from '../threads/threaded-codec.ts';
import { type AllowedAlgorithms, CURRENT_ALGORITHMS } from './algorithms.ts';
import { JweCodec } from './codec.ts';
import { importJwks } from './import.ts';
import type { JweRules } from './jwe-rules.ts';
import { exportPublicJwks, generateJwks } from './jwk-generate.ts';
import { readJwkKeyRing } from './jwk-keys.ts';
import type { JoseKey } from './key.ts';

export interface JoseTerms extends Omit<JweRules, 'contentEncryption'> {
  /** New keys are made for the first. */
  readonly allowed: AllowedAlgorithms;
}

/** As the settings have it by default. */
const BY_DEFAULT: JoseTerms = {
  allowed: CURRENT_ALGORITHMS,
  seal: 'jwe+jws',
  compressed: false,
  wrapped: false,
  issuedAt: false,
};

/** JWK sets, and bodies in compact JWE. */
export function joseFormat({ allowed, ...terms }: JoseTerms = BY_DEFAULT): KeyFormat {
  const rules: JweRules = { ...terms, contentEncryption: allowed.contentEncryption };
  const byDefault = terms.seal === 'jwe' ? (['decrypt', 'encrypt'] as const) : KEY_PURPOSES;
  return {
    kind: 'jwe',
    async generate(order) {
      const wanted = {
        ...order,
        signing: order.signing ?? allowed.signing[0],
        keyManagement: allowed.keyManagement[0],
      };
      const [signing, decrypting] = await Promise.all([
        generateJwks({ ...wanted, purposes: ['sign'] }),
        generateJwks({ ...wanted, purposes: ['decrypt'] }),
      ]);
      return {
        privateParts: [
          { text: signing.privateSet, use: 'sign' },
          { text: decrypting.privateSet, use: 'decrypt' },
        ],
        publicText: joinSets([signing.publicSet, decrypting.publicSet]),
        revocation: undefined,
        fingerprints: [...signing.keyIds, ...decrypting.keyIds],
        expiresAtMs: signing.expiresAtMs,
      };
    },
    readRing: ({ purposes = byDefault, ...sources }) => readJwkKeyRing({ ...sources, purposes, allowed }),
    exportPublic: async (bytes) => exportPublicJwks(bytes),
    joinPublic: joinSets,
    readGoogleKeys: importJwks,
    startCodec: (options: CodecOptions<JoseKey>) => JweCodec.start({ ...options, rules }),
  };
}

function joinSets(sets: readonly string[]): string {
  const keys = sets.flatMap((set) => (JSON.parse(set) as { readonly keys: readonly unknown[] }).keys);
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}
