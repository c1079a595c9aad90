import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { UnreadableFile } from '../../config/read-file.ts';
import {
  exportKeys,
  fileReference,
  LeakedKey,
  RevokedKey,
  UnusableKey,
} from '../../operations/keys/files.ts';
import {
  type GoogleKey,
  readGoogleKey,
  storeGoogleKey,
  storeRevocation,
} from '../../operations/keys/google-keys.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { dayAndDistance, entryLine, readable, settingLines } from './key-words.ts';

export function keysExportCommand(): Command {
  return new Command('export')
    .description('write the public part of your own keys, for Google')
    .argument('<files...>', 'private keys, all of one format')
    .option('--output <file>', 'where to write it; never overwrites (default: standard output)')
    .addHelpText(
      'after',
      `
It needs no passphrase. The output contains nothing private.

Examples:
  $ gsp-otp keys export keys/ours-pgp-production-2026-11-22-1A2B3C4D.asc --output for-google.asc
  $ gsp-otp keys export keys/ours-jwe-*.sign.json keys/ours-jwe-*.decrypt.json
`,
    )
    .action(async (files: readonly string[], { output }: { readonly output?: string }) => {
      const text = await explained(reading, () => exportKeys(files));
      if (output === undefined) process.stdout.write(text);
      else await explained(writing, () => writeFileSync(output, text, { flag: 'wx' }));
    });
}

interface ImportOptions {
  readonly directory: string;
  readonly fingerprint?: readonly string[];
  readonly json?: true;
}

export function keysImportCommand(): Command {
  return new Command('import')
    .description('check a public key of Google, show its fingerprint, and store it')
    .argument('<file>', 'OpenPGP key, armored or binary; or JWK set')
    .option('--directory <directory>', 'where it is kept', 'keys')
    .addOption(
      new Option(
        '--fingerprint <fingerprint>',
        'refuse any key but this one; for a JWK set, give one for each of its keys',
      ).argParser((value: string, previous: readonly string[] = []) => [...previous, value]),
    )
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Compare the fingerprint with Google by telephone, or by another channel than the one by which the key came.

Examples:
  $ gsp-otp keys import google.asc
  $ gsp-otp keys import google.asc --fingerprint "1A2B 3C4D 5E6F 7081 92A3  B4C5 D6E7 F809 1A2B 3C4D"
  $ gsp-otp keys import google.jwks.json --directory /etc/gsp-otp/keys
  $ gsp-otp keys import google.jwks.json --fingerprint THUMBPRINT --fingerprint THUMBPRINT

All keys of the file are read. Those that the server would ignore are named. If it could use none of them, or if one of
them is private, nothing is stored. A key that is stored already is not written again; its file is shown.

Exit codes:
  0  it is stored
  1  it cannot be used, has another fingerprint or cannot be written; nothing is stored but a revocation
  2  the file cannot be read
`,
    )
    .action(importKey);
}

async function importKey(file: string, options: ImportOptions): Promise<void> {
  const nowMs = Date.now();
  const key = await explained(reading, () => readGoogleKey(file, options.directory, nowMs)).catch(
    (error: unknown) => {
      throw error instanceof RevokedKey ? keepRevocation(error, options.directory, nowMs) : error;
    },
  );
  const { kind, fingerprints } = key;
  if (options.fingerprint !== undefined) compareFingerprints(file, fingerprints, options.fingerprint);
  const { file: stored, wasKept } = await explained(keeping, () =>
    storeGoogleKey(key, options.directory, nowMs),
  );
  if (options.json) {
    const { passedOver, needs } = key;
    const keys = key.keys.map(({ purpose, keyId, expiresAtMs }) => ({ purpose, keyId, expiresAtMs }));
    const told = { kind, file: stored, wasKept, fingerprints, keys, passedOver, needs };
    process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  process.stdout.write(describeImport(key, stored, wasKept, nowMs));
}

function describeImport(
  { kind, keys, fingerprints, passedOver, needs }: GoogleKey,
  stored: string,
  wasKept: boolean,
  nowMs: number,
): string {
  const ends = (ms: number | undefined) =>
    ms === undefined ? 'never expires' : `${ms > nowMs ? 'expires' : 'expired'} ${dayAndDistance(ms, nowMs)}`;
  return `${[
    ...fingerprints.map((fingerprint) => `  fingerprint  ${shown(readable(fingerprint))}`),
    ...keys.map(
      ({ purpose, keyId, expiresAtMs }) => `  to ${purpose.padEnd(9)} ${shown(keyId)}, ${ends(expiresAtMs)}`,
    ),
    ...passedOver.map((sentence) => `  passed over  ${shown(sentence)}`),
    ...needs.map((sentence) => `  note         ${shown(sentence)}`),
    `  kept in      ${shown(stored)}${wasKept ? ', since it was imported before' : ''}`,
    '',
    'Compare the fingerprint with the one that Google tells you, by another way than the one the key took.',
    'If it is the same, name the key in the configuration, beside keys that are there already:',
    '',
    settingLines(kind, 'google', [entryLine({ key: fileReference(stored) })]),
  ].join('\n')}\n`;
}

/** What to tell whoever imports a revoked key. */
function keepRevocation(error: RevokedKey, directory: string, nowMs: number): Failure {
  const { file } = storeRevocation(error, directory, nowMs);
  return new Failure(
    error.message,
    `Take it out of payload.pgp.google wherever it stands, and reload. Its revocation is kept in ${file}, so that no older copy is taken again.`,
  );
}

/** Throws `Failure` unless the file holds exactly the keys that were told of. */
function compareFingerprints(file: string, found: readonly string[], told: readonly string[]): void {
  const expected = told.map(plainFingerprint);
  const missing = expected.filter((one) => !found.includes(one));
  const untold = found.filter((one) => !expected.includes(one));
  if (missing.length + untold.length === 0) return;
  const list = (some: readonly string[]) => some.map(readable).join(' and ');
  const faults = [
    missing.length > 0 ? `; missing in it: ${list(missing)}` : '',
    untold.length > 0 ? `; not told of: ${list(untold)}` : '',
  ];
  throw new Failure(
    `${file} has the fingerprint ${list(found)}${faults.join('')}`,
    missing.length > 0
      ? 'It is not the key you were told of: ask Google before you use it.'
      : 'Ask Google for the fingerprint of each key, and give each with a --fingerprint of its own.',
  );
}

/** As keys have it, however it was written down. JWK thumbprints know upper and lower case. */
function plainFingerprint(told: string): string {
  const plain = told.replaceAll(/[\s:]/g, '').replace(/^0x(?=[0-9a-f]{40}$)/i, '');
  return /^[0-9a-f]{40}$/i.test(plain) ? plain.toLowerCase() : plain;
}

/** What is done with a file, and what to do if that fails. */
interface FileWork {
  readonly fault: string;
  readonly remedy: string;
  readonly exitCode: number;
}

const reading: FileWork = {
  fault: "a file can't be read",
  remedy: 'Name one that can.',
  exitCode: exitCodes.usage,
};
const writing: FileWork = {
  fault: "the file can't be written",
  remedy: 'Name an --output that is not there yet, in a directory that can be written to.',
  exitCode: exitCodes.failed,
};
const keeping: FileWork = {
  fault: "the key can't be kept",
  remedy: 'Name another --directory, or move away what is in its place.',
  exitCode: exitCodes.failed,
};

/** Files and keys that can't be used are the operator's to settle. */
async function explained<T>({ fault, remedy, exitCode }: FileWork, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RevokedKey) throw error;
    if (error instanceof LeakedKey)
      throw new Failure(
        error.message,
        'Tell whoever it belongs to, who has to replace it. Nothing of the file is kept: delete it, and every copy of it.',
      );
    if (error instanceof UnusableKey) {
      throw new Failure(error.message, 'Ask whoever made it for one that fits; docs/keys.md says what does.');
    }
    if (error instanceof UnreadableFile)
      throw new Failure(`${fault}: ${error.message}`, `Accepted: ${error.accepted}.`, exitCode);
    if (error instanceof Error && 'syscall' in error) {
      throw new Failure(`${fault}: ${error.message}`, remedy, exitCode);
    }
    throw error;
  }
}
