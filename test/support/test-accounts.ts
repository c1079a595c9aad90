import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importIntoAccounts } from '../../src/operations/accounts.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { folderOnceARun } from './once-a-run.ts';

/** One account of each kind, and plenty of active ones: `activeNumber(n)` for n from 0 to 999. */
const CSV = [
  'accountId,phoneNumber,status,language,associationIds',
  'acc-not-eligible,+15550100001,not-eligible,en,assoc-not-eligible',
  'acc-closed,+15550100002,closed,en,assoc-closed',
  'acc-taken-over,+15550100003,closed-account-taken-over,en,assoc-taken-over',
  'acc-fraud,+15550100004,closed-fraud,en,assoc-fraud',
  'acc-no-phone,,active,en,assoc-no-phone',
  ...Array.from({ length: 1000 }, (_, n) => `acc-${n},${activeNumber(n)},active,en,${activeAssociation(n)}`),
].join('\n');

export function activeNumber(n: number): string {
  return `+919900${String(n).padStart(6, '0')}`;
}

export function activeAssociation(n: number): string {
  return `assoc-${n}`;
}

const embedded = { store: { kind: 'sqlite' }, directory: { kind: 'sqlite' } } as const;

/** Of this process. */
let imported: Promise<string> | undefined;

/** Into a directory of the sandbox. Those of `CSV` are copied from files that were made of them once. */
export async function importTestAccounts(
  dataDirectory: string,
  csv = CSV,
  settings: Pick<Settings, 'store' | 'directory'> = embedded,
): Promise<void> {
  if (csv !== CSV || settings.directory.kind !== 'sqlite') return importInto(dataDirectory, csv, settings);
  imported ??= folderOnceARun('accounts', (folder) => importInto(folder, CSV, embedded));
  const folder = await imported;
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(dataDirectory, name));
}

async function importInto(
  dataDirectory: string,
  csv: string,
  { store, directory }: Pick<Settings, 'store' | 'directory'>,
): Promise<void> {
  const source = join(dataDirectory, 'accounts.csv');
  writeFileSync(source, csv);
  const closedGuard = { mode: 'off', share: 1, seenMin: 1, closedMin: 1 } as const;
  const settings = { profile: 'sandbox', dataDirectory, store, directory, closedGuard } as const;
  const { outcome } = await importIntoAccounts(settings, {
    source,
    format: 'csv',
    dryRun: false,
    signal: new AbortController().signal,
    onProblem: (problem) => {
      throw new Error(`the test accounts are faulty: ${JSON.stringify(problem)}`);
    },
    onProgress: () => undefined,
  });
  if (outcome !== 'applied') throw new Error(`the test accounts were ${outcome}`);
}
