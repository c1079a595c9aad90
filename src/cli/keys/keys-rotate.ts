import { Argument, Command, Option } from 'commander';
import { type KeyKind, keyKinds, keyTraits } from '../../operations/keys/files.ts';
import { ProofFailed } from '../../operations/keys/prove-new.ts';
import { type RotationTimes, rotateKeys } from '../../operations/keys/rotate.ts';
import { rotateSubkey, type SubkeyRotation } from '../../operations/keys/rotate-subkey.ts';
import { type RotationRefusal, RotationRefused } from '../../operations/keys/rotation-refused.ts';
import { shown } from '../../ports/hidden-characters.ts';
import type { configSources } from '../terminal/config-options.ts';
import { withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { dayOf, describeNewKey, lineOf, settingLines } from './key-words.ts';
import { making, orderOf, parseWithin, withNewKeyOptions } from './keys-generate.ts';
import { keySettings } from './keys-list.ts';

type RotateOptions = Parameters<typeof orderOf>[1] &
  Parameters<typeof configSources>[0] & {
    readonly signAfterDays: number;
    readonly retireAfterDays: number;
    readonly subkeyOnly?: true;
    /** `false`: the successor is to have none. */
    readonly passphrase: boolean;
  };

export function keysRotateCommand(): Command {
  return withNewKeyOptions(withConfigOptions(new Command('rotate')))
    .description('create a successor for your own keys, test it, and say what to change and when')
    .addArgument(new Argument('<kind>', 'whose keys').choices(keyKinds))
    .addOption(
      new Option('--retire-after-days <days>', 'the current keys are retired after this time')
        .default(30)
        .argParser(parseWithin(1, 365)),
    )
    .addOption(
      new Option('--sign-after-days <days>', 'JWK: the new key begins to sign after this time')
        .default(14)
        .argParser(parseWithin(1, 365)),
    )
    .addOption(
      new Option(
        '--no-passphrase',
        'OpenPGP: leave the successor unprotected; without it, it gets the passphrase of the current key, if any',
      ).conflicts('passphraseFile'),
    )
    .addOption(
      new Option(
        '--subkey-only',
        'OpenPGP: a new encryption subkey for the same key, whose fingerprint and passphrase stay',
      ).conflicts(['passphraseFile', 'passphrase']),
    )
    .addHelpText(
      'after',
      `
It does not change a running server. It writes a key to new files and prints the lines for the configuration. Before
that, it tests a call and its answer with the keys as they will be today, when the new key begins to sign, and when the
old one has retired.

Examples:
  $ gsp-otp keys rotate pgp --config gsp-otp.yaml --name "Example Bank"
  $ gsp-otp keys rotate pgp --config gsp-otp.yaml --subkey-only
  $ gsp-otp keys rotate jwe --config gsp-otp.yaml --sign-after-days 7 --retire-after-days 14

Exit code: 1 if the test fails; no file is left behind.
`,
    )
    .action(rotate);
}

async function rotate(kind: KeyKind, options: RotateOptions): Promise<void> {
  const nowMs = Date.now();
  const settings = keySettings(options);
  const { validDays: validityDays, directory } = options;
  if (options.subkeyOnly) {
    const rotation = await making(directory, () =>
      rotateSubkey(settings, kind, { validityDays, directory, nowMs }),
    ).catch(explainRefusal);
    process.stdout.write(explainSubkey(rotation, nowMs));
    return;
  }
  const { signAfterDays, retireAfterDays } = options;
  const order = orderOf(kind, options, nowMs);
  const passphrase = order.passphrase ?? (options.passphrase ? 'as-before' : 'none');
  const rotation = await making(directory, () =>
    rotateKeys(settings, { ...order, passphrase, signAfterDays, retireAfterDays }),
  ).catch(explainRefusal);
  const { key, entries, times } = rotation;
  const described = describeNewKey(key, rotation.passphrase, nowMs);
  const lines = settingLines(kind, 'ours', entries.map(lineOf));
  process.stdout.write(explain(kind, { described, publicFile: key.publicFile, lines, times }));
}

const notOneKey = new Failure(
  '--subkey-only is for the one OpenPGP key of ours',
  'With none, several, or JWKs, leave --subkey-only out.',
  exitCodes.usage,
);

/** What to do about a rotation that is refused, or that fails its proof. */
function explainRefusal(error: unknown): never {
  if (error instanceof ProofFailed) {
    throw new Failure(
      `the proof failed: ${error.message}`,
      'Nothing has changed, and no file is left. See what is wrong with the current keys: gsp-otp keys check',
    );
  }
  if (!(error instanceof RotationRefused)) throw error;
  if (error.reason === 'not-one-key') throw notOneKey;
  throw new Failure(error.message, remedyOf(error), exitCodes.usage);
}

function remedyOf({ reason, days }: RotationRefused): string {
  const remedies = {
    'no-keys': 'There is nothing to rotate: gsp-otp keys generate --help',
    'signs-too-late': 'Let --retire-after-days be more than --sign-after-days.',
    'expires-too-early': `Let --valid-days be more than ${days}, or --retire-after-days be less.`,
    'several-passphrases': 'Say which one the new key gets: --passphrase-file FILE, or --no-passphrase.',
    'not-one-key': notOneKey.remedy,
    'several-in-file': 'With several, leave --subkey-only out.',
  } as const satisfies Record<RotationRefusal, string>;
  return remedies[reason];
}

interface Explained {
  readonly described: string;
  readonly publicFile: string;
  readonly lines: string;
  readonly times: RotationTimes;
}

function explain(kind: KeyKind, { described, publicFile, lines, times }: Explained): string {
  const { signsWithAll } = keyTraits[kind];
  const signs = signsWithAll
    ? 'From then on answers bear the signatures of both keys, and requests may be encrypted to either.'
    : `From then on requests may be encrypted to either key. The new one begins to sign on ${dayOf(times.signFromMs)}.`;
  const confirm = dayOf(signsWithAll ? times.retireAtMs : times.signFromMs);
  return `${described}

The new key is proved: calls and answers went through at each step below.

1. Put these lines in place of payload.${kind}.ours, then reload the server: kill -HUP PID

${lines.replaceAll(/^/gm, '   ')}

   ${signs}
2. Hand ${shown(publicFile)}
   to Google, and compare the fingerprint by another way than the one the file takes.
3. Let Google confirm by ${confirm} that it encrypts to the new key and knows its signature. If it
   does not, put later moments into these lines and reload.
4. The old key retires by itself on ${dayOf(times.retireAtMs)}. Some days later take its line out, and destroy its file.
`;
}

function explainSubkey({ key, passphrase, entries }: SubkeyRotation, nowMs: number): string {
  return `${describeNewKey(key, passphrase, nowMs)}

The new subkey is proved: calls and answers went through with it, and with those that Google knows already.

1. Put these lines in place of payload.${key.kind}.ours, then reload the server: kill -HUP PID

${settingLines(key.kind, 'ours', entries.map(lineOf)).replaceAll(/^/gm, '   ')}

   Destroy the old file: everything in it is in the new one.
2. Hand ${shown(key.publicFile)}
   to Google. Its fingerprint is the one that Google knows; from its import on, Google encrypts to the new subkey.
`;
}
