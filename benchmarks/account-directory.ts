/**
 * The embedded account directory: what an import of many rows takes in time and memory, how long look-ups wait
 * meanwhile, and what a look-up costs in a small and in a large directory.
 *
 *   node benchmarks/account-directory.ts [rows = 1000000]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { openSqliteDirectory } from '../src/adapters/directory/sqlite/sqlite-directory.ts';
import type { AccountDirectory } from '../src/ports/account-directory.ts';
import { Secret } from '../src/ports/secret.ts';
import { deadlineIn } from '../test/contracts/directory/directory-factory.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-benchmark-'));
const program = join(import.meta.dirname, '../src/cli/main.ts');
const soon = deadlineIn(1000);

/** The accounts in an order that no index has, so that nothing is cheaper than in life. */
function* csvLines(count: number, language: string): Generator<string> {
  yield 'accountId,status,phoneNumber,language,associationIds\n';
  for (let index = 0; index < count; index += 1) {
    const number = (index * 7919) % count;
    const status = number % 50 === 0 ? 'closed' : 'active';
    yield `wallet-${number},${status},${phoneNumber(number)},${language},${associationId(number)}\n`;
  }
}

function phoneNumber(number: number): string {
  return `+1555${String(number).padStart(8, '0')}`;
}

function associationId(number: number): string {
  return `${((number * 2_654_435_761) % 4_294_967_296).toString(36)}-${number}-AbCdEfGhIjKl`;
}

async function writeCsv(count: number, language: string): Promise<string> {
  const file = join(folder, `${language}-${count}.csv`);
  await pipeline(Readable.from(csvLines(count, language)), createWriteStream(file));
  return file;
}

interface ImportFigures {
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly peakMegabytes: number;
  /** The longest that a look-up in another process took while the import was running. */
  readonly lookUpMsMax: number;
}

function directoryIn(dataDirectory: string) {
  return { file: join(dataDirectory, 'accounts.sqlite'), environment: 'sandbox' } as const;
}

async function importFile(file: string, dataDirectory: string): Promise<ImportFigures> {
  const directory = openSqliteDirectory(directoryIn(dataDirectory));
  const args = ['accounts', 'import', file, '--json', '--set', `dataDirectory=${dataDirectory}`];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const summary = json(child.stdout) as Promise<{
    readonly durationMs: number;
    readonly rowsPerSecond: number;
  }>;
  const ended = once(child, 'exit');
  let peakMegabytes = 0;
  let lookUpMsMax = 0;
  while (child.exitCode === null) {
    const startedMs = performance.now();
    await directory.findByAssociationId(associationId(1), soon);
    lookUpMsMax = Math.max(lookUpMsMax, performance.now() - startedMs);
    peakMegabytes = Math.max(peakMegabytes, readPeak(child.pid));
    await wait(20);
  }
  await ended;
  await directory.close();
  const { durationMs, rowsPerSecond } = await summary;
  return { seconds: durationMs / 1000, rowsPerSecond, peakMegabytes, lookUpMsMax };
}

/** The most memory that the process ever had, as Linux tells it; 0 when it has gone. */
function readPeak(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
}

async function measureLookUps(
  directory: AccountDirectory,
  accounts: number,
): Promise<Record<string, string>> {
  const number = (index: number) => (index * 7919) % Math.max(1, accounts);
  return {
    'known association': await timeEach((index) =>
      directory.findByAssociationId(associationId(number(index)), soon),
    ),
    'unknown association': await timeEach((index) => directory.findByAssociationId(`none-${index}`, soon)),
    'known number': await timeEach((index) =>
      directory.findByPhoneNumber(new Secret(phoneNumber(number(index))), soon),
    ),
    'unknown number': await timeEach((index) =>
      directory.findByPhoneNumber(new Secret(`+1666${index}`), soon),
    ),
  };
}

/** Microseconds a call, as the median of 20 turns. */
async function timeEach(ask: (index: number) => Promise<unknown>): Promise<string> {
  const turns: number[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const startedMs = performance.now();
    for (let index = 0; index < 2000; index += 1) await ask(turn * 2000 + index);
    turns.push((performance.now() - startedMs) / 2);
  }
  return `${(turns.sort((a, b) => a - b)[10] ?? 0).toFixed(1)} µs`;
}

try {
  console.log(`Node ${process.version}, ${cpus()[0]?.model}`);
  const imports: Record<string, object> = {};
  const lookUps: Record<string, object> = {};
  for (const count of [0, Math.round(rows / 10), rows]) {
    const dataDirectory = join(folder, `data-${count}`);
    for (const [what, language] of [
      ['new accounts', 'en'],
      ['the same again', 'en'],
      ['every one changed', 'pt-BR'],
    ] as const) {
      if (count === 0) continue;
      const figures = await importFile(await writeCsv(count, language), dataDirectory);
      imports[`${count} ${what}`] = Object.fromEntries(
        Object.entries(figures).map(([name, figure]) => [name, Number(figure.toFixed(1))]),
      );
    }
    const location = directoryIn(dataDirectory);
    const directory = openSqliteDirectory(location);
    lookUps[`${count} accounts`] = {
      ...(await measureLookUps(directory, count)),
      file: `${(statSync(location.file).size / 1e6).toFixed(1)} MB`,
    };
    await directory.close();
  }
  console.table(imports);
  console.table(lookUps);
} finally {
  rmSync(folder, { recursive: true });
}
