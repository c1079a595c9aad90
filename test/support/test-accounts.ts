import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importIntoAccounts } from '../../src/operations/accounts.ts';
import type { Settings } from '../../src/settings/settings.ts';

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

/** Into a directory of the sandbox. */
export async function importTestAccounts(
  dataDirectory: string,
  csv = CSV,
  { store, directory }: Pick<Settings, 'store' | 'directory'> = embedded,
): Promise<void> {
  const source = join(dataDirectory, 'accounts.csv');
  writeFileSync(source, csv);
  const settings = { profile: 'sandbox', dataDirectory, store, directory } as const;
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
