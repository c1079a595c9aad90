import { readFileSync } from 'node:fs';
import { UnusableKey, writeNewSubkey } from '../../operations/keys/files.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { Secret } from '../../ports/secret.ts';
import type { KeySettings } from '../../wiring/keys.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { describeNewKey, entryLine, fileReference, settingLines } from './key-words.ts';
import { proveNewKey } from './keys-proof.ts';

interface SubkeyTerms {
  readonly validDays: number;
  readonly directory: string;
  readonly nowMs: number;
}

/**
 * Gives the one OpenPGP key of ours another encryption subkey. The key itself, and with it its fingerprint and its
 * signatures, stays; so do its older subkeys, until they expire. [PGP-7]
 */
export async function rotateSubkey(
  kind: 'pgp' | 'jwe',
  settings: KeySettings,
  { validDays, directory, nowMs }: SubkeyTerms,
): Promise<void> {
  const { payload } = settings;
  const { pgp } = payload;
  const [entry, ...others] = pgp?.ours ?? [];
  if (kind !== 'pgp' || !pgp || !entry || others.length > 0) {
    throw new Failure(
      '--subkey-only is for the one OpenPGP key of ours',
      'With none, several, or JWKs, leave --subkey-only out.',
      exitCodes.usage,
    );
  }
  const { key: before, passphrase } = entry;
  const terms = { environment: settings.profile, validityDays: validDays, directory, nowMs };
  const key = await writeNewSubkey({ privateKey: before, passphrase, ...terms }).catch((error: unknown) => {
    throw error instanceof UnusableKey
      ? new Failure(error.message, 'With several, leave --subkey-only out.', exitCodes.usage)
      : error;
  });
  const [file = ''] = key.privateFiles.map((written) => written.file);
  const after = new Secret(readFileSync(file, 'utf8').trim(), fileReference(file));
  const next = { ...settings, payload: { ...payload, pgp: { ...pgp, ours: [{ ...entry, key: after }] } } };
  await proveNewKey(key, next, [
    { atMs: nowMs, known: [before] },
    { atMs: nowMs, known: [after] },
  ]);
  const line = entryLine({
    key: String(after),
    passphrase: passphrase && String(passphrase),
    notBefore: entry.notBefore,
    retiresAt: entry.retiresAt,
  });
  process.stdout.write(`${describeNewKey(key, passphrase, nowMs)}

The new subkey is proved: calls and answers went through with it, and with those that Google knows already.

1. Put these lines in place of payload.pgp.ours, then reload the server: kill -HUP PID

${settingLines('pgp', 'ours', [line]).replaceAll(/^/gm, '   ')}

   Destroy the old file: everything in it is in the new one.
2. Hand ${shown(key.publicFile)}
   to Google. Its fingerprint is the one that Google knows; from its import on, Google encrypts to the new subkey.
`);
}
