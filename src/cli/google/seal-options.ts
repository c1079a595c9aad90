import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type Command, Option } from 'commander';
import { type Codec, plainCodec } from '../../../conformance/google/codecs/codec.ts';
import { openCodec } from '../../../conformance/google/codecs/open-codec.ts';
import { ConformanceConfigError } from '../../../conformance/run/config-error.ts';
import { readTextFile, SECRET_BYTES_MAX, UnreadableFile } from '../../config/read-file.ts';
import { type KeyKind, keyKinds } from '../../operations/keys/files.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';

export type SealKind = KeyKind;

/** As the examiner calls them, which shares no word with the server. */
const CODECS = { pgp: 'pgp', jwe: 'jwe+jws' } as const satisfies Record<SealKind, string>;

export interface SealOptions {
  readonly seal?: SealKind;
  readonly googleKey?: readonly string[];
  readonly integratorKey?: readonly string[];
  readonly ca?: string;
}

/** Gives a command the flags that say how it seals what it sends, in Google's place. */
export function withSealOptions(command: Command): Command {
  return command
    .addOption(new Option('--seal <kind>', 'sign and encrypt (default: unencrypted JSON)').choices(keyKinds))
    .option(
      '--google-key <files...>',
      "private key that stands for Google's; the server has its public part configured",
    )
    .option('--integrator-key <files...>', 'public key of the server')
    .option('--ca <file>', "certificate of the authority that issued the server's, in PEM");
}

/** How to seal as the flags say. From then on whoever `--ca` names is trusted as well. Throws `Failure`. */
export async function codecOf({ seal, googleKey = [], integratorKey = [], ca }: SealOptions): Promise<Codec> {
  if (ca !== undefined) setDefaultCACertificates([...getCACertificates('default'), readText('--ca', ca)]);
  if (seal === undefined) {
    if (googleKey.length + integratorKey.length === 0) return plainCodec;
    throw new Failure('keys are given, but no way to seal', 'Add --seal pgp or --seal jwe.', exitCodes.usage);
  }
  if (googleKey.length === 0 || integratorKey.length === 0) {
    throw new Failure(
      `--seal ${seal} needs a key of each side`,
      'Name them with --google-key and --integrator-key. To make one: gsp-otp keys generate --help',
      exitCodes.usage,
    );
  }
  return openSealing(
    seal,
    googleKey.map((file) => readText('--google-key', file)),
    integratorKey.map((file) => readText('--integrator-key', file)),
  );
}

/** Google's side, with keys as they stand in files. Throws `Failure` if they cannot be used. */
export async function openSealing(
  seal: SealKind,
  privateKeys: string[],
  publicKeys: string[],
): Promise<Codec> {
  const codec = CODECS[seal];
  try {
    return await openCodec({ codec, google: { privateKeys }, integrator: { publicKeys } });
  } catch (error) {
    if (!(error instanceof ConformanceConfigError)) throw error;
    const message = error.message
      .replaceAll('google.privateKeys', '--google-key')
      .replaceAll('integrator.publicKeys', '--integrator-key');
    throw new Failure(message, 'docs/keys.md says what keys look like.', exitCodes.usage);
  }
}

function readText(flag: string, file: string): string {
  try {
    return readTextFile(file, SECRET_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new Failure(`${flag}: ${error.message}`, `Accepted: ${error.accepted}.`, exitCodes.usage);
  }
}
