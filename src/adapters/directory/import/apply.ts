import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as pause } from 'node:timers/promises';
import type { Slice, StagedAccounts } from './import-target.ts';
import type { ReportProblem } from './problems.ts';

/** What came of the rows: accounts, but for the last. */
export interface ImportCounts {
  created: number;
  /** With another status, phone number or language than before. */
  changed: number;
  /** Of the changed ones, those that were not closed before and are now. [SO-11] */
  closed: number;
  associationsAdded: number;
}

export interface ApplyOptions {
  /** `staged` is attached to it. */
  readonly staging: DatabaseSync;
  readonly signal: AbortSignal;
  readonly report: ReportProblem;
  /** Told after each slice how many rows it had. Accounts are gone through twice, associations once. */
  readonly onSlice: (rows: number) => void;
}

/** Rows a statement: between two of them the process draws its progress and hears signals. */
const SLICE_ROWS = 4000;

/**
 * Puts the staged rows into the directory, within a transaction of the caller's, and reports each row that can't
 * stand there: then the caller keeps nothing. Works through the keys in their order, in which indexes grow best.
 */
export async function applyStaged(accounts: StagedAccounts, options: ApplyOptions): Promise<ImportCounts> {
  const counts: ImportCounts = { created: 0, changed: 0, closed: 0, associationsAdded: 0 };
  const reportAll = (lines: readonly number[], field: 'status' | 'associationIds', reason: string) => {
    for (const line of lines) options.report({ line, field, reason });
  };
  for await (const slice of slices('accounts', 'account_id', options)) {
    const { withoutStatus, ...put } = await accounts.putAccounts(slice);
    reportAll(withoutStatus, 'status', 'is needed for an account that the directory does not have yet');
    counts.created += put.created;
    counts.changed += put.changed;
    counts.closed += put.closed;
  }
  for await (const slice of slices('associations', 'association_id', options)) {
    const { foreign, added } = await accounts.putAssociations(slice);
    reportAll(foreign, 'associationIds', 'holds one that belongs to another account'); // [FLOW-4]
    counts.associationsAdded += added;
  }
  for await (const slice of slices('accounts', 'account_id', options)) {
    for (const { line, otherLine } of await accounts.sharedNumbers(slice)) {
      const other =
        otherLine === undefined ? 'another active account' : `the active account of line ${otherLine}`;
      const reason = `belongs to ${other} too: at most one active account may have a number, unless exactly one of them is preferred`; // [OQ-29, OQ-86]
      options.report({ line, field: 'phoneNumber', reason });
    }
  }
  return counts;
}

async function* slices(
  table: 'accounts' | 'associations',
  key: 'account_id' | 'association_id',
  { staging, signal, onSlice }: ApplyOptions,
): AsyncGenerator<Slice> {
  const next = staging.prepare(`
    SELECT max(${key}) AS upto, count(*) AS length
    FROM (SELECT ${key} FROM staged.${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${SLICE_ROWS})`);
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const row = next.get(after);
    const upto = row?.['upto'];
    if (typeof upto !== 'string') return;
    yield { after, upto };
    onSlice(Number(row?.['length']));
    after = upto;
    await pause();
  }
}
