import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as pause } from 'node:timers/promises';
import type { ReportProblem } from './problems.ts';
import {
  ASSOCIATE,
  CHANGE,
  COUNT_CLOSING,
  CREATE,
  FOREIGN_ASSOCIATIONS,
  NEW_WITHOUT_STATUS,
  SHARED_NUMBERS,
} from './statements.ts';

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
  readonly signal: AbortSignal;
  readonly report: ReportProblem;
  /** Told after each slice how many rows it had. Accounts are gone through twice, associations once. */
  readonly onSlice: (rows: number) => void;
}

/** Rows a statement: between two of them the process draws its progress and hears signals. */
const SLICE_ROWS = 4000;

/**
 * Puts the staged rows into the directory, within a transaction of the caller's, and reports each row that can't
 * stand there: then the caller rolls back. Works through the keys in their order, in which indexes grow best.
 */
export async function applyStaged(database: DatabaseSync, options: ApplyOptions): Promise<ImportCounts> {
  const counts: ImportCounts = { created: 0, changed: 0, closed: 0, associationsAdded: 0 };
  await applyAccounts(database, options, counts);
  await applyAssociations(database, options, counts);
  await checkNumbers(database, options);
  return counts;
}

async function applyAccounts(
  database: DatabaseSync,
  options: ApplyOptions,
  counts: ImportCounts,
): Promise<void> {
  const newWithoutStatus = database.prepare(NEW_WITHOUT_STATUS);
  const countClosing = database.prepare(COUNT_CLOSING);
  const change = database.prepare(CHANGE);
  const create = database.prepare(CREATE);
  for await (const slice of slices(database, 'accounts', 'account_id', options)) {
    for (const { line } of newWithoutStatus.all(slice)) {
      const reason = 'is needed for an account that the directory does not have yet';
      options.report({ line: Number(line), field: 'status', reason });
    }
    counts.closed += Number(countClosing.get(slice)?.['closing']);
    counts.changed += Number(change.run(slice).changes);
    counts.created += Number(create.run(slice).changes);
  }
}

async function applyAssociations(
  database: DatabaseSync,
  options: ApplyOptions,
  counts: ImportCounts,
): Promise<void> {
  const foreign = database.prepare(FOREIGN_ASSOCIATIONS);
  const associate = database.prepare(ASSOCIATE);
  for await (const slice of slices(database, 'associations', 'association_id', options)) {
    for (const { line } of foreign.all(slice)) {
      const reason = 'holds one that belongs to another account'; // [FLOW-4]
      options.report({ line: Number(line), field: 'associationIds', reason });
    }
    counts.associationsAdded += Number(associate.run(slice).changes);
  }
}

async function checkNumbers(database: DatabaseSync, options: ApplyOptions): Promise<void> {
  const shared = database.prepare(SHARED_NUMBERS);
  for await (const slice of slices(database, 'accounts', 'account_id', options)) {
    for (const { line, other_line: otherLine } of shared.all(slice)) {
      const other = otherLine === 0 ? 'another active account' : `the active account of line ${otherLine}`;
      const reason = `belongs to ${other} too: at most one active account may have a number, unless exactly one of them is preferred`; // [OQ-29, OQ-86]
      options.report({ line: Number(line), field: 'phoneNumber', reason });
    }
  }
}

/** Bounds of one slice of keys: beyond `after`, up to and with `upto`. */
type Slice = { readonly after: string; readonly upto: string };

async function* slices(
  database: DatabaseSync,
  table: 'accounts' | 'associations',
  key: 'account_id' | 'association_id',
  { signal, onSlice }: ApplyOptions,
): AsyncGenerator<Slice> {
  const next = database.prepare(`
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
