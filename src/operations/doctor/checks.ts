import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describeFault, hintOf } from '../../config/faults.ts';
import { isThere, statIfThere } from '../../ports/file-fault.ts';
import type { ConfigInspection } from '../../settings/load.ts';
import type { Settings } from '../../settings/settings.ts';
import { storeOf } from '../../wiring/data-kinds.ts';
import { countAccounts } from '../accounts.ts';
import { askOverHttp } from '../ask-over-http.ts';
import { checkDatabases } from '../backup.ts';
import { type DatabaseMigration, migrateDatabases } from '../databases.ts';
import { checkKeys } from '../keys/check.ts';
import { secretsFault } from '../secrets.ts';
import { inspectTemplates } from '../templates.ts';
import { about, type Finding } from './finding.ts';

const TIMEOUT_MS = 3000;
/** Google refuses 60 s, and answers take their time. [HDR-4] */
const SKEW_MS_MAX = 30_000;
const SKEW_MS_NOTABLE = 2000;

export function examineConfig({ faults, warnings }: ConfigInspection): readonly Finding[] {
  const { ok, warning, failed } = about('configuration');
  if (faults.length + warnings.length === 0) return [ok('it is sound')];
  return [
    ...faults.map((fault) =>
      failed(
        describeFault({ ...fault, accepted: '', nearest: undefined }).replace('; accepted: .', ''),
        `Accepted: ${fault.accepted}.${hintOf(fault)}`,
      ),
    ),
    ...warnings.map((text) => warning(text)),
  ];
}

/** Their tables bear no date, so that the version of the library is all that tells how old they are. */
export function examineNumberingPlans(): Finding {
  const file = new URL(import.meta.resolve('libphonenumber-js/package.json'));
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return about('phone numbers').ok(
    `numbering plans of libphonenumber-js ${version}; ` +
      'a number of a newer range counts as the main country of its calling code',
  );
}

export async function examineKeys(settings: Settings, nowMs: number): Promise<readonly Finding[]> {
  const { ok, warning, failed, skipped } = about('keys');
  const { pgp, jwe } = settings.payload;
  if (!pgp && !jwe) return [skipped('bodies are clear JSON', 'Make keys: gsp-otp keys generate --help')];
  const { faults, notConsulted, forged, passedOver, expiring } = await checkKeys(settings, nowMs);
  const remedy = 'gsp-otp keys check --help says what is accepted.';
  const unknown =
    notConsulted === undefined
      ? []
      : [warning(notConsulted, "Run it as the server's user, where its data are.")];
  if (faults.length > 0) return [...faults.map((fault) => failed(fault, remedy)), ...unknown];
  return [
    ...unknown,
    ...forged.map((text) => warning(text)),
    ...passedOver.map((text) =>
      warning(`passed over: ${text}`, 'The others are used. Ask Google whether it is meant to be.'),
    ),
    ...(expiring.length === 0 ? [ok('those in use can be used, and none expires within 60 days')] : []),
    ...expiring.map((text) => warning(text, 'Put a successor beside it in time: gsp-otp keys rotate --help')),
  ];
}

export function examineTemplates(settings: Settings): readonly Finding[] {
  const { ok, warning, failed } = about('texts');
  const { texts, warnings, fits } = inspectTemplates(settings);
  const misfits = texts.filter((text) => !text.fits).map(({ language, context }) => `${language}.${context}`);
  return [
    fits
      ? ok(`all ${texts.length} fit one segment`)
      : failed(
          `${misfits.length} do not fit one segment: ${misfits.join(', ')}`,
          'gsp-otp templates check says why.',
        ),
    ...warnings.map((text) => warning(text)),
  ];
}

export async function examineDatabases(settings: Settings): Promise<readonly Finding[]> {
  const { failed, skipped, warning } = about('databases');
  const { dataDirectory } = settings;
  const { row, terms } = storeOf(settings);
  if (!isThere(dataDirectory) && row.file) {
    return [skipped(`${dataDirectory} is not there yet`, 'It is made at the first start.')];
  }
  const databases = await migrateDatabases(settings, { dryRun: true });
  // Of an older version they are looked at when they are brought up to date.
  const current = databases.every(({ fromVersion, toVersion }) => fromVersion === toVersion);
  if (current) await checkDatabases(settings);
  const secrets = current ? await secretsFault(settings) : undefined;
  const advice = (await row.advice?.(terms)) ?? [];
  return [
    ...advice.map(({ finding, remedy }) => warning(`${row.where(terms)}: ${finding}`, remedy)),
    ...(secrets === undefined ? [] : [failed(secrets, 'The server will not start: gsp-otp secrets --help')]),
    ...examineFolder(dataDirectory),
    ...(await Promise.all(databases.map((database) => examineDatabase(settings, database)))),
  ];
}

function examineFolder(dataDirectory: string): readonly Finding[] {
  const found = statIfThere(dataDirectory);
  if (found === undefined || process.platform === 'win32' || (found.mode & 0o077) === 0) return [];
  // It may be the server's by its group alone.
  const isServers = found.uid !== 0 && found.uid === process.geteuid?.();
  const close = `chmod 700 ${dataDirectory}`;
  return [
    about('databases').warning(
      `${dataDirectory} can be entered by others than its owner`,
      isServers ? close : `chown USER ${dataDirectory} && ${close}, where USER is the server's user`,
    ),
  ];
}

async function examineDatabase(
  settings: Settings,
  { part, where, fromVersion, toVersion }: DatabaseMigration,
): Promise<Finding> {
  const { ok, warning, skipped } = about('databases');
  if (fromVersion === toVersion) {
    return part === 'directory'
      ? examineAccounts(settings, where)
      : ok(`${where} is sound, and of this program's version`);
  }
  if (fromVersion > 0)
    return warning(`${where} is of an older version`, 'Make a backup, then gsp-otp migrate.');
  return part === 'directory'
    ? warning(`${where} is not there: every number is unknown`, 'gsp-otp accounts import --help')
    : skipped(`${where} is not there yet`, 'It is made at the first start.');
}

/** A directory without accounts is as good as none. */
async function examineAccounts(settings: Settings, where: string): Promise<Finding> {
  const { ok, warning } = about('databases');
  const accounts = await countAccounts(settings);
  return accounts === 0
    ? warning(`${where} holds no account: every number is unknown`, 'gsp-otp accounts import --help')
    : ok(
        `${where} is of this program's version and holds ${accounts} ${accounts === 1 ? 'account' : 'accounts'}`,
      );
}

/** Whether something takes a connection there. */
export function isReachable(address: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

/** Against the `Date` of a server that is trusted to know it; without one, by what the system says of itself. */
export async function examineClock(url: string | undefined): Promise<readonly Finding[]> {
  const { ok, warning, failed, skipped } = about('clock');
  const remedy = 'Run an NTP client such as chrony: requests more than 60 s off are refused.';
  if (url === undefined) {
    if (existsSync('/run/systemd/timesync/synchronized')) return [ok('systemd keeps it synchronised')];
    return [skipped('nothing to compare it with', `Name a server with --clock-url https://… ${remedy}`)];
  }
  const askedAtMs = Date.now();
  const { date } = await askOverHttp(url, { method: 'HEAD', timeoutMs: TIMEOUT_MS });
  const answeredAtMs = Date.now();
  const theirsMs = Date.parse(date);
  if (Number.isNaN(theirsMs))
    return [failed(`${url} tells no date`, 'Name another server with --clock-url.')];
  // The date has whole seconds and was written somewhere between question and answer.
  const behindMs = Math.max(0, theirsMs - answeredAtMs);
  const aheadMs = Math.max(0, askedAtMs - theirsMs - 1000);
  const offMs = Math.max(behindMs, aheadMs);
  const text = `it is ${Math.round(offMs / 1000)} s or more ${behindMs > 0 ? 'behind' : 'ahead of'} ${new URL(url).host}`;
  if (offMs > SKEW_MS_MAX) return [failed(text, remedy)];
  return offMs > SKEW_MS_NOTABLE ? [warning(text, remedy)] : [ok(`it agrees with ${new URL(url).host}`)];
}

/** What the running server says of itself. */
export async function examineServer({ operator }: Settings): Promise<readonly Finding[]> {
  const { ok, warning, failed, skipped } = about('server');
  const host = operator.host.includes(':') ? `[${operator.host}]` : operator.host;
  const url = `http://${host}:${operator.port}/health/ready`;
  const answer = await askOverHttp(url, { method: 'GET', timeoutMs: TIMEOUT_MS }).catch(() => undefined);
  if (answer === undefined) return [skipped(`none answers at ${url}`, 'Start it with gsp-otp serve.')];
  const { checks = [] } = JSON.parse(answer.body) as { readonly checks?: readonly ReadinessRow[] };
  const findings = checks.flatMap(({ name, status, reason = '', warnings = [] }) => [
    ...(status === 'ok' ? [] : [failed(`${name} does not work: ${reason}`, 'See the log of the server.')]),
    ...warnings.map((text) => warning(text)),
  ]);
  return findings.length > 0 ? findings : [ok('it runs and is ready')];
}

interface ReadinessRow {
  readonly name: string;
  readonly status: string;
  readonly reason?: string;
  readonly warnings?: readonly string[];
}
