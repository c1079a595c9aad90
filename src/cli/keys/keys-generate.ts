import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { readTextFile, SECRET_BYTES_MAX, UnreadableFile } from '../../config/read-file.ts';
import {
  fileReference,
  type KeyKind,
  keyKinds,
  keyTraits,
  type NewKeyOrder,
  readKeySecret,
  type SigningAlgorithm,
  signingAlgorithms,
  writeNewKey,
} from '../../operations/keys/files.ts';
import { describeFileFault } from '../../ports/file-fault.ts';
import { Secret } from '../../ports/secret.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { orStopped } from '../server/stop-signal.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { describeNewKey, lineOf, settingLines } from './key-words.ts';

const PASSPHRASE_MIN = 16;

interface GenerateOptions {
  readonly for: 'sandbox' | 'production';
  readonly name: string;
  readonly email?: string;
  readonly rsaBits: number;
  readonly validDays: number;
  readonly passphraseFile?: string;
  readonly signing?: SigningAlgorithm | undefined;
  readonly directory: string;
  readonly json?: true;
}

export function keysGenerateCommand(): Command {
  return withNewKeyOptions(new Command('generate'))
    .description('create a key of your own and write it to files')
    .addArgument(new Argument('<kind>', 'format of the bodies').choices(keyKinds))
    .addOption(
      new Option('--for <profile>', 'required: the environment of the key; the other one refuses it')
        .choices(['sandbox', 'production'])
        .makeOptionMandatory(),
    )
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
A key may be valid for two years at most, for which 2048 bits are enough. With 4096 bits, each decryption and each
signature takes about five times as long, so a server handles a fifth of the calls.

Examples:
  $ gsp-otp keys generate pgp --for sandbox --name "Example Bank" --email otp@bank.example
  $ gsp-otp keys generate pgp --for production --name "Example Bank" --passphrase-file /run/secrets/pgp
  $ gsp-otp keys generate jwe --for sandbox --directory /etc/gsp-otp/keys

Existing files are never overwritten. Only the owner can read the private ones.
`,
    )
    .action(async (kind: KeyKind, options: GenerateOptions) => {
      const nowMs = Date.now();
      const order = { ...orderOf(kind, options, nowMs), environment: options.for };
      const key = await making(order.directory, () => writeNewKey(order));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(key, null, 2)}\n`);
        return;
      }
      const entries = key.privateFiles.map(({ file }) =>
        lineOf({ key: readKeySecret(file), passphrase: order.passphrase }),
      );
      process.stdout.write(`${describeNewKey(key, order.passphrase, nowMs)}

Name it in the configuration, beside keys that are there already:

${settingLines(kind, 'ours', entries)}

Then hand the public file to Google, and compare the fingerprint by another way than the one it takes.
`);
    });
}

/** The options that say what a new key is like. */
export function withNewKeyOptions(command: Command): Command {
  return command
    .option('--name <name>', 'OpenPGP: name of the owner of the key', 'Payment integrator')
    .option('--email <address>', 'OpenPGP: email address of the owner of the key')
    .addOption(
      new Option('--rsa-bits <bits>', '2048 to 4096').default(2048).argParser(parseWithin(2048, 4096)),
    )
    .addOption(new Option('--valid-days <days>', '1 to 731').default(365).argParser(parseWithin(1, 731)))
    .option(
      '--passphrase-file <file>',
      `OpenPGP: protect the private key with the passphrase in this file, at least ${PASSPHRASE_MIN} characters`,
    )
    .addOption(
      new Option('--signing <algorithm>', 'JWK: algorithm of the signing key').choices(signingAlgorithms),
    )
    .option('--directory <directory>', 'folder for the files', 'keys');
}

/** What the options order; whose environment it is for is not among them. */
export function orderOf(
  kind: KeyKind,
  options: Omit<GenerateOptions, 'for'>,
  nowMs: number,
): Omit<NewKeyOrder, 'environment'> & { readonly validityDays: number } {
  const { passphraseFile, validDays, ...rest } = options;
  const traits = keyTraits[kind];
  if (!traits.passphrase && passphraseFile !== undefined) {
    throw new Failure('a JWK has no passphrase', 'Leave --passphrase-file out.', exitCodes.usage);
  }
  if (!traits.signingAlgorithm && options.signing !== undefined) {
    throw new Failure('--signing is for JWKs', 'Leave it out: an OpenPGP key is RSA.', exitCodes.usage);
  }
  const passphrase = passphraseFile === undefined ? undefined : readPassphrase(passphraseFile);
  return { ...rest, kind, validityDays: validDays, passphrase, nowMs };
}

/** A directory that can't be written to is the operator's to settle. It takes seconds, and may be stopped. */
export async function making<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await orStopped(work, 'stopped, no key was written');
  } catch (error) {
    const fault = error instanceof UnavailableError ? error.message : describeFileFault(error, directory);
    if (fault === undefined) throw error;
    throw new Failure(`the key could not be written: ${fault}`, 'Name another --directory.');
  }
}

/** It shows how the configuration refers to it: absolute, since paths there are meant from its own directory. */
function readPassphrase(file: string): Secret {
  try {
    const text = readTextFile(file, SECRET_BYTES_MAX).trim();
    if (text.length >= PASSPHRASE_MIN) return new Secret(text, fileReference(resolve(file)));
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new Failure(
      `the passphrase can't be read: ${error.message}`,
      'Name a file that holds it.',
      exitCodes.usage,
    );
  }
  throw new Failure(
    `the passphrase in ${file} is too short`,
    `Use ${PASSPHRASE_MIN} characters or more: openssl rand -base64 24`,
    exitCodes.usage,
  );
}

/** Reads a whole number within bounds. */
export function parseWithin(min: number, max: number) {
  return (text: string) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  };
}
