import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importAccounts } from '../../../../src/adapters/directory/import/accounts-import.ts';
import type { ImportOrder, ImportResult } from '../../../../src/adapters/directory/import/import-order.ts';
import type { KeptPlace } from '../directory-place.ts';

export interface TriedImport extends ImportResult {
  /** `line field reason`, in the order in which they were told. */
  readonly told: readonly string[];
}

/** Imports a text as if it were a file. */
export async function importText(
  { openTarget }: Pick<KeptPlace, 'openTarget'>,
  text: string | Buffer,
  order: Partial<ImportOrder> = {},
): Promise<TriedImport> {
  const { format = text.toString().startsWith('{') ? 'ndjson' : 'csv' } = order;
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-import-'));
  const source = join(folder, `accounts.${format}`);
  writeFileSync(source, text);
  const told: string[] = [];
  try {
    const given: ImportOrder = {
      source,
      format,
      dryRun: false,
      signal: new AbortController().signal,
      onProblem: ({ line, field, reason }) => told.push(`${line} ${field ?? '-'} ${reason}`),
      onProgress: () => {},
      ...order,
    };
    const result = await importAccounts(given, openTarget);
    return { ...result, told };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
