import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Codec } from '../../../conformance/google/codecs/codec.ts';
import { keyTraits, type NewKey, writeNewKey } from '../../operations/keys/files.ts';
import { readable } from '../keys/key-words.ts';
import { openSealing, type SealKind } from './seal-options.ts';

export interface DemoKeys {
  /** For the server. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** For Google. */
  readonly codec: Codec;
  /** For whoever wants to be Google with `gsp-otp call`. */
  readonly flags: string;
}

/** Makes the keys of both sides in files, lets each side have the other's public one, and tells of it. */
export async function makeDemoKeys(kind: SealKind, directory: string): Promise<DemoKeys> {
  const make = (name: string, folder: string) =>
    writeNewKey({
      kind,
      environment: 'sandbox',
      name,
      rsaBits: 2048,
      validityDays: 7,
      directory: join(directory, folder),
      nowMs: Date.now(),
    });
  const [ours, google] = await Promise.all([
    make('Payment integrator', 'keys'),
    make('In the place of Google', 'google-keys'),
  ]);
  process.stdout.write(`Every body is signed and encrypted: ${keyTraits[kind].standard}, RSA with 2048 bits. Keys were just made:
   the integrator's  ${describe(ours)}
   Google's          ${describe(google)}\n\n`);
  const entry = (file: string) => ({ key: { file } });
  const googleFiles = google.privateFiles.map(({ file }) => file);
  return {
    settings: {
      [`payload.${kind}`]: {
        ours: ours.privateFiles.map(({ file }) => entry(file)),
        google: [entry(google.publicFile)],
      },
    },
    codec: await openSealing(
      kind,
      googleFiles.map((file) => readFileSync(file, 'utf8')),
      [readFileSync(ours.publicFile, 'utf8')],
    ),
    flags: ` --seal ${kind} --google-key ${googleFiles.join(' ')} --integrator-key ${ours.publicFile}`,
  };
}

function describe({ fingerprints }: NewKey): string {
  return fingerprints.map(readable).join(`\n${' '.repeat(21)}`);
}
