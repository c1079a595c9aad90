import { Command } from 'commander';
import { checkKeys, type KeyCheck } from '../../operations/keys/check.ts';
import { type ListedKeys, listKeys } from '../../operations/keys/list.ts';
import { DAY_MS } from '../../ports/clock.ts';
import { shown } from '../../ports/hidden-characters.ts';
import type { Settings } from '../../settings/settings.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';
import { dayOf, readable } from './key-words.ts';

type ConfigOptions = Parameters<typeof configSources>[0] & { readonly json?: true };

export function keysListCommand(): Command {
  return withConfigOptions(new Command('list'))
    .description('show the configured keys: which are active, and until when')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
The states:
  passed over  a key of Google that cannot be used and is ignored, for the reason shown
  pending      not used yet
  active       used for everything
  retiring     accepted in requests only, until payload.graceMs after its end
  retired      not used any more

Examples:
  $ gsp-otp keys list --config gsp-otp.yaml
  $ gsp-otp keys list --config gsp-otp.yaml --json

Exit code: 1 if nothing of an entry can be used.
`,
    )
    .action(async (options: ConfigOptions) => {
      const nowMs = Date.now();
      const { entries, notConsulted } = await listKeys(keySettings(options), nowMs);
      const rows = rowsOf(entries, nowMs);
      if (notConsulted !== undefined) console.error(shown(`warning: ${notConsulted}`));
      process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : asText(rows));
      process.exitCode = rows.some(({ fault }) => fault) ? exitCodes.failed : exitCodes.done;
    });
}

export function keysCheckCommand(): Command {
  return withConfigOptions(new Command('check'))
    .description('check whether the server could start with the configured keys')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Your own keys are refused if they are not RSA of 2048 to 4096 bits, are valid for more than two years, have no
encryption subkey, are revoked, are expired without a successor, lack their passphrase, were made for the other
environment, or share a kid. Keys of Google that cannot be used are ignored with a warning, and refused if none is left.

Examples:
  $ gsp-otp keys check --config gsp-otp.yaml
  $ GSP_OTP_PROFILE=production gsp-otp keys check --config gsp-otp.yaml --json

Exit codes:
  0  they can be used; keys that expire within 60 days are shown with a warning
  1  they cannot be used
  2  the configuration is wrong
`,
    )
    .action(async (options: ConfigOptions) => {
      const nowMs = Date.now();
      const check = await checkKeys(keySettings(options), nowMs);
      const { faults } = check;
      const warnings = warningsOf(check);
      if (options.json) process.stdout.write(`${JSON.stringify({ faults, warnings }, null, 2)}\n`);
      else {
        for (const line of [...faults, ...warnings.map((warning) => `warning: ${warning}`)])
          console.error(shown(line));
        if (faults.length === 0) process.stdout.write('The keys can be used.\n');
      }
      process.exitCode = faults.length === 0 ? exitCodes.done : exitCodes.failed;
    });
}

/** The settings that keys depend on, and where the store remembers which were revoked; the server's other secrets need not be there. */
export function keySettings(
  options: ConfigOptions,
): Pick<Settings, 'profile' | 'payload' | 'dataDirectory' | 'store'> {
  const settings = readSomeSettings(configSources(options), ['profile', 'payload', 'dataDirectory', 'store']);
  if (settings.payload.pgp || settings.payload.jwe) return settings;
  throw new Failure(
    'the configuration names no keys',
    'Name it with --config. To begin, make a key: gsp-otp keys generate --help',
    exitCodes.usage,
  );
}

function warningsOf({ notConsulted, forged, passedOver, expiring }: KeyCheck): readonly string[] {
  return [
    ...(notConsulted === undefined ? [] : [notConsulted]),
    ...forged,
    ...passedOver.map((told) => `passed over: ${told}`),
    ...expiring,
  ];
}

interface Row extends Omit<ListedKeys, 'keys' | 'fault' | 'passedOver'> {
  readonly fault?: string;
  readonly passedOver?: string;
  readonly purpose?: string;
  readonly keyId?: string;
  readonly fingerprint?: string;
  readonly state?: string;
  readonly usedFrom?: string;
  readonly retiresAt?: string | null;
  readonly expiresAt?: string | null;
  readonly daysLeft?: number | null;
}

function rowsOf(listed: readonly ListedKeys[], nowMs: number): readonly Row[] {
  return listed.flatMap(({ keys, fault, passedOver, ...entry }): readonly Row[] => [
    ...(fault === undefined ? [] : [{ ...entry, fault }]),
    ...passedOver.map((reason) => ({ ...entry, passedOver: reason })),
    ...keys.map(({ purpose, keyId, fingerprint, state, notBeforeMs, retiresAtMs, expiresAtMs }) => ({
      ...entry,
      purpose,
      keyId,
      fingerprint,
      state,
      usedFrom: new Date(notBeforeMs).toISOString(),
      retiresAt: retiresAtMs === undefined ? null : new Date(retiresAtMs).toISOString(),
      expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
      daysLeft: daysLeft(retiresAtMs, expiresAtMs, nowMs),
    })),
  ]);
}

function daysLeft(retiresAtMs = Infinity, expiresAtMs = Infinity, nowMs = 0): number | null {
  const endsAtMs = Math.min(retiresAtMs, expiresAtMs);
  return endsAtMs === Infinity ? null : Math.round((endsAtMs - nowMs) / DAY_MS);
}

function asText(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const begin = `${row.kind.padEnd(4)} ${row.holder.padEnd(7)}`;
    if (row.fault !== undefined) return `${begin} ${row.fault}`;
    if (row.passedOver !== undefined) return `${begin} passed over: ${row.passedOver}`;
    const retires = row.retiresAt ? dayOf(Date.parse(row.retiresAt)) : '-';
    const expires = row.expiresAt ? dayOf(Date.parse(row.expiresAt)) : 'never';
    const left = row.daysLeft === null ? '-' : String(row.daysLeft);
    const days = [retires.padEnd(10), expires.padEnd(10), left.padStart(9)];
    const cells = [row.purpose?.padEnd(8), row.state?.padEnd(8), ...days];
    return `${begin} ${cells.join(' ')}  ${readable(row.fingerprint ?? '')}  ${row.place}`;
  });
  const head =
    'kind whose   to       state    retires    expires    days left  fingerprint, and where it is kept';
  return `${[head, ...lines.map(shown)].join('\n')}\n`;
}
