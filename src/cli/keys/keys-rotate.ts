import { readFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import type { NewKey } from '../../operations/keys/files.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { Secret } from '../../ports/secret.ts';
import type { KeySettings } from '../../wiring/keys.ts';
import type { configSources } from '../terminal/config-options.ts';
import { withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { dayOf, describeNewKey, entryLine, momentOf, settingLines } from './key-words.ts';
import { entryOf, makeKey, orderOf, parseWithin, withNewKeyOptions } from './keys-generate.ts';
import { keySettings } from './keys-list.ts';
import { proveNewKey } from './keys-proof.ts';
import { rotateSubkey } from './keys-rotate-subkey.ts';

const DAY_MS = 86_400_000;

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
    .description('make a successor for the keys of ours, prove it, and say what to change and when')
    .addArgument(new Argument('<kind>', 'whose keys').choices(['pgp', 'jwe']))
    .addOption(
      new Option('--retire-after-days <days>', 'the keys of now go out of use after so long')
        .default(30)
        .argParser(parseWithin(1, 365)),
    )
    .addOption(
      new Option('--sign-after-days <days>', 'JWK: the new key begins to sign after so long')
        .default(14)
        .argParser(parseWithin(1, 365)),
    )
    .addOption(
      new Option(
        '--no-passphrase',
        'OpenPGP: leave the successor unprotected; else it has the passphrase of the key of now, if there is one',
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
It changes nothing that runs: it writes a key into new files and prints the lines to put into the configuration. Before
that, it plays a call and its answer through the codec as things will be today, when the new key begins to sign, and
when the old one has retired.

Examples:
  $ gsp-otp keys rotate pgp --config gsp-otp.yaml --name "Example Bank"
  $ gsp-otp keys rotate pgp --config gsp-otp.yaml --subkey-only
  $ gsp-otp keys rotate jwe --config gsp-otp.yaml --sign-after-days 7 --retire-after-days 14

Exit code: 1 if the proof fails; no file is left then.
`,
    )
    .action(rotate);
}

async function rotate(kind: 'pgp' | 'jwe', options: RotateOptions): Promise<void> {
  const nowMs = Date.now();
  const settings = keySettings(options);
  const { ours: before = [] } = settings.payload[kind] ?? {};
  if (before.length === 0) {
    throw new Failure(
      `the configuration names no keys under payload.${kind}`,
      'There is nothing to rotate: gsp-otp keys generate --help',
      exitCodes.usage,
    );
  }
  if (options.subkeyOnly) return rotateSubkey(kind, settings, { ...options, nowMs });
  const times = timesOf(kind, options, settings.payload.graceMs, nowMs);
  const signing = kind === 'jwe' ? settings.payload.jwe?.signing[0] : undefined;
  const order = orderOf(kind, { signing, ...options }, settings.profile, nowMs);
  const passphrase = order.passphrase ?? (options.passphrase ? passphraseOf(before) : undefined);
  const key = await makeKey({ ...order, passphrase });
  const added = key.privateFiles.map(({ file, use }) => ({
    file,
    // OpenPGP answers bear the signatures of all keys, and one that Google knows is enough. Of JWS there is but one.
    notBefore: use === 'sign' ? momentOf(times.signFromMs) : undefined,
  }));
  const retired = before.map((entry) => ({ retiresAt: momentOf(times.retireAtMs), ...entry }));
  await prove(key, settings, { retired, added, passphrase, times });
  const entries = [
    ...retired.map(({ key: place, ...members }) => entryLine({ key: String(place), ...asTexts(members) })),
    ...added.map(({ file, notBefore }) => entryOf(file, passphrase, { notBefore })),
  ];
  const described = describeNewKey(key, passphrase, nowMs);
  process.stdout.write(
    explain(kind, {
      described,
      publicFile: key.publicFile,
      lines: settingLines(kind, 'ours', entries),
      times,
    }),
  );
}

/** The passphrase that the keys of now have, for the successor: what is protected must not become unprotected unnoticed. */
function passphraseOf(
  before: readonly { readonly key: Secret; readonly passphrase?: Secret }[],
): Secret | undefined {
  const known = before.flatMap(({ passphrase }) => passphrase ?? []);
  if (new Set(known.map((one) => one.reveal())).size > 1) {
    throw new Failure(
      'the keys of now have different passphrases',
      'Say which one the new key gets: --passphrase-file FILE, or --no-passphrase.',
      exitCodes.usage,
    );
  }
  return known.at(-1);
}

interface Times {
  readonly nowMs: number;
  readonly signFromMs: number;
  readonly retireAtMs: number;
}

/** When what happens. Throws `Failure`, before a key is made, where the new one could not take over. */
function timesOf(
  kind: 'pgp' | 'jwe',
  { signAfterDays, retireAfterDays, validDays }: RotateOptions,
  graceMs: number,
  nowMs: number,
): Times {
  if (kind === 'jwe' && signAfterDays >= retireAfterDays) {
    throw new Failure(
      'the old key would retire before the new one begins to sign',
      'Let --retire-after-days be more than --sign-after-days.',
      exitCodes.usage,
    );
  }
  const retiredAfterDays = retireAfterDays + graceMs / DAY_MS;
  if (validDays <= retiredAfterDays) {
    throw new Failure(
      'the new key would expire before the old one is out of use, payload.graceMs after it retires',
      `Let --valid-days be more than ${Math.floor(retiredAfterDays)}, or --retire-after-days be less.`,
      exitCodes.usage,
    );
  }
  return {
    nowMs,
    signFromMs: nowMs + signAfterDays * DAY_MS,
    retireAtMs: nowMs + retireAfterDays * DAY_MS,
  };
}

interface Rotation {
  readonly retired: readonly { readonly key: Secret; readonly retiresAt: string }[];
  readonly added: readonly { readonly file: string; readonly notBefore: string | undefined }[];
  readonly passphrase: Secret | undefined;
  readonly times: Times;
}

async function prove(key: NewKey, settings: KeySettings, rotation: Rotation): Promise<void> {
  const { retired, added, passphrase, times } = rotation;
  const read = (file: string) => new Secret(readFileSync(file, 'utf8').trim(), `{file: ${file}}`);
  const successors = added.map(({ file, notBefore }) => ({ key: read(file), passphrase, notBefore }));
  const { payload } = settings;
  const { kind } = key;
  const next = {
    ...settings,
    payload: { ...payload, [kind]: { ...payload[kind], ours: [...retired, ...successors] } },
  };
  const known = successors.map((successor) => successor.key);
  await proveNewKey(key, next, [
    { atMs: times.nowMs, known: retired.map((entry) => entry.key) },
    { atMs: kind === 'pgp' ? times.nowMs : times.signFromMs, known },
    { atMs: times.retireAtMs + payload.graceMs + 1, known },
  ]);
}

interface Explained {
  readonly described: string;
  readonly publicFile: string;
  readonly lines: string;
  readonly times: Times;
}

function explain(kind: 'pgp' | 'jwe', { described, publicFile, lines, times }: Explained): string {
  const signs =
    kind === 'pgp'
      ? 'From then on answers bear the signatures of both keys, and requests may be encrypted to either.'
      : `From then on requests may be encrypted to either key. The new one begins to sign on ${dayOf(times.signFromMs)}.`;
  const confirm = dayOf(kind === 'pgp' ? times.retireAtMs : times.signFromMs);
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

/** Members of an entry as they are written: moments as they are, secrets by where they are kept. */
function asTexts(members: object): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));
}
