import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresStoreSettings } from '../src/adapters/storage/postgres/settings.ts';
import type { Measurements } from './measurements.ts';

/** A server in a process of its own that can be measured. */
export interface Subject {
  readonly kind: 'app' | 'floor';
  /** At least one. */
  readonly ports: readonly number[];
  readonly dataDirectory: string;
  /** How many accounts it knows; account number n has the phone number `phoneNumberOf(n)`. */
  readonly accounts: number;
  measurements(): Promise<Measurements>;
  /** Codes of the latest texts by phone number; empty for the floor. */
  codes(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/**
 * A number of India's mobile range that belongs to account `number` (0 to 9,999,999). Those of accounts in a row lie far
 * apart, as numbers of users do, and share none of what the money guard counts of neighbours.
 */
export function phoneNumberOf(number: number): string {
  return `+919${String((number * 618_033_989) % 1_000_000_000).padStart(9, '0')}`;
}

export interface AppOptions {
  readonly accounts: number;
  /** Challenges issued before, by anybody; in the embedded store. */
  readonly history: number;
  /** Of sealed bodies. Absent: they are clear. */
  readonly codec?: 'own' | 'library';
  readonly tls?: boolean;
  /** The store. Absent: the embedded one. */
  readonly postgres?: PostgresStoreSettings;
}

export function startApp(options: AppOptions, process: MeasuredProcess = {}): Promise<Subject> {
  return start('app', './app-server.ts', [JSON.stringify(options)], options.accounts, process);
}

/** With a key size, it makes RSA operations of that size as well. */
export function startFloor(rsaBits = 0, threads = 1): Promise<Subject> {
  return start('floor', './floor-server.ts', [String(rsaBits), String(threads)], 0);
}

export interface MeasuredProcess {
  /** Puts keys and certificate into the data folder. */
  readonly setUp?: ((dataDirectory: string) => void) | undefined;
  /** Where its profiles are put when it stops, one a thread; `undefined`: it isn't profiled. */
  readonly profiles?: string | undefined;
}

export async function start(
  kind: Subject['kind'],
  script: string,
  args: string[],
  accounts: number,
  { setUp, profiles }: MeasuredProcess = {},
): Promise<Subject> {
  // Beside the sources, since a system's temporary folder may live in memory and cost no disk flush.
  const dataDirectory = mkdtempSync(join(import.meta.dirname, '.data-'));
  setUp?.(dataDirectory);
  const child = fork(new URL(script, import.meta.url), [dataDirectory, ...args], {
    serialization: 'advanced',
    execArgv: profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles],
  });
  const { port } = await ask<{ port: number }>(child);
  return {
    kind,
    ports: [port],
    dataDirectory,
    accounts,
    measurements: () => ask<Measurements>(child, 'measurements'),
    codes: () => (kind === 'app' ? ask<Map<string, string>>(child, 'codes') : Promise.resolve(new Map())),
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // Profiles are written at an orderly end.
      if (profiles === undefined) child.kill('SIGKILL');
      else child.disconnect();
      await gone;
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

function ask<T>(child: ChildProcess, question?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the measured process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer as T);
    });
    if (question !== undefined) child.send(question);
  });
}
