import type { KeyFormat } from '../key-format.ts';
import type { ExtendedKey, SubkeyOrder } from '../keys/new-key.ts';
import type { CodecOptions } from '../threads/threaded-codec.ts';
import { PgpCodec } from './codec.ts';
import { exportPublicKeys } from './export.ts';
import { addEncryptionSubkey, generatePgpKey } from './generate.ts';
import { importPgpKeys } from './import.ts';
import type { PgpKey } from './key.ts';
import { readPgpKeyRing } from './keys.ts';
import type { PgpRules } from './thread.ts';

/** OpenPGP keys and bodies. */
export function openpgpFormat({ armored }: PgpRules = { armored: false }): KeyFormat {
  return {
    kind: 'pgp',
    async generate(order) {
      const { privateKey, publicKey, revocationCertificate, fingerprint, expiresAtMs } =
        await generatePgpKey(order);
      return {
        privateParts: [{ text: privateKey, use: 'sign and decrypt' }],
        publicText: publicKey,
        revocation: revocationCertificate,
        fingerprints: [fingerprint],
        expiresAtMs,
      };
    },
    addSubkey,
    readRing: readPgpKeyRing,
    exportPublic: exportPublicKeys,
    joinPublic: (texts) => texts.join(''),
    readGoogleKeys: importPgpKeys,
    startCodec: (options: CodecOptions<PgpKey>) => PgpCodec.start({ ...options, armored }),
  };
}

async function addSubkey(order: SubkeyOrder): Promise<ExtendedKey> {
  const { privateKey, publicKey } = await addEncryptionSubkey(order);
  const { keys } = await readPgpKeyRing({
    ours: [],
    google: [{ name: 'the new key', bytes: Buffer.from(publicKey) }],
    purposes: [],
    graceMs: 0,
    nowMs: order.nowMs,
  });
  // Of several subkeys whoever encrypts takes the newest.
  const newest = keys.find(({ purpose }) => purpose === 'encrypt');
  if (!newest) throw new TypeError('a key with a subkey has one to encrypt with');
  return {
    privateParts: [{ text: privateKey, use: 'sign and decrypt' }],
    publicText: publicKey,
    fingerprints: [newest.certificate],
    subkey: newest.fingerprint,
    expiresAtMs: newest.expiresAtMs ?? 0,
  };
}
