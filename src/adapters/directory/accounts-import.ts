import { type FileHandle, open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';
import { type DirectoryFile, openDirectoryFile } from './directory-file.ts';
import { applyStaged, type ImportCounts } from './import-apply.ts';
import { type ImportProblem, ProblemList } from './import-problems.ts';
import { checkRow } from './import-row.ts';
import { attachStaging, createStager } from './import-staging.ts';
import { readCsv } from './read-csv.ts';
import { readLines } from './read-lines.ts';
import { readNdjson } from './read-ndjson.ts';

export type ImportFormat = 'csv' | 'ndjson';

export interface ImportOrder {
  readonly directory: DirectoryFile;
  /** Path of the file to read. */
  readonly source: string;
  readonly format: ImportFormat;
  /** Does everything but keep it. */
  readonly dryRun: boolean;
  /** Ends the import with the signal's reason thrown and nothing applied. */
  readonly signal: AbortSignal;
  /** Told of each thing that is wrong with the file, as it is found. */
  readonly onProblem: (problem: ImportProblem) => void;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  /** `done` and `total` are bytes of the file while it is read, and staged rows to go through while it is applied. */
  readonly phase: 'reading' | 'applying';
  readonly done: number;
  readonly total: number;
  /** Rows read so far. */
  readonly rows: number;
}

export interface ImportResult {
  /** `refused`: the file has problems, and nothing of it was applied. `tried`: a dry run found none. */
  readonly outcome: 'applied' | 'tried' | 'refused';
  readonly rows: number;
  readonly problems: number;
  /** `undefined` unless the whole file was sound. */
  readonly counts: ImportCounts | undefined;
}

/**
 * Adds the accounts of a file to the directory and changes those that it has already: all of them in one
 * transaction, or none. Memory stays the same however long the file is. A server that reads the directory meanwhile
 * is not held up, and sees everything at once when it is committed. Throws `UnavailableError`, with nothing applied,
 * when the file can't be read or the directory can't be written.
 */
export async function importAccounts(order: ImportOrder): Promise<ImportResult> {
  let source: FileHandle | undefined;
  let database: DatabaseSync | undefined;
  try {
    source = await open(order.source);
    database = openDirectoryFile(order.directory, { create: true });
    return await importFrom(source, database, order);
  } catch (error) {
    if (error instanceof UnavailableError || order.signal.aborted) throw error;
    throw new UnavailableError(`${order.source} could not be imported`, { cause: error });
  } finally {
    // What was not committed is undone.
    database?.close();
    await source?.close();
  }
}

async function importFrom(
  source: FileHandle,
  database: DatabaseSync,
  order: ImportOrder,
): Promise<ImportResult> {
  const problems = new ProblemList(order.onProblem);
  // Room for the indexes; and what a statement sets aside is bounded by a slice, and needs no file elsewhere.
  database.exec(`
    PRAGMA main.cache_size = -32768;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = OFF;
    PRAGMA busy_timeout = 5000;
  `);
  attachStaging(database, order.directory.file);
  database.exec('BEGIN');
  const rows = await stage(source, database, order, problems);
  database.exec('COMMIT');
  if (problems.count > 0) return { outcome: 'refused', rows, problems: problems.count, counts: undefined };

  database.exec('BEGIN IMMEDIATE');
  const counts = await apply(database, order, problems, rows);
  const keep = problems.count === 0 && !order.dryRun;
  database.exec(keep ? 'COMMIT' : 'ROLLBACK');
  // A log of the import's length would slow down the readers for as long as the server runs.
  database.exec('PRAGMA main.wal_checkpoint(TRUNCATE)');
  if (problems.count > 0) return { outcome: 'refused', rows, problems: problems.count, counts: undefined };
  return { outcome: keep ? 'applied' : 'tried', rows, problems: 0, counts };
}

const readers = { csv: readCsv, ndjson: readNdjson };

/** Reads the file into the staging tables, which touch no lock of the directory. Resolves to the number of rows. */
async function stage(
  source: FileHandle,
  database: DatabaseSync,
  { format, signal, onProgress }: ImportOrder,
  problems: ProblemList,
): Promise<number> {
  const { report } = problems;
  const { size: total } = await source.stat();
  let done = 0;
  async function* chunks() {
    for await (const chunk of source.createReadStream({ autoClose: false })) {
      signal.throwIfAborted();
      done += chunk.length;
      yield chunk;
    }
  }
  const addRow = createStager(database, report);
  let rows = 0;
  for await (const batch of readers[format](readLines(chunks(), report), report)) {
    for (const given of batch) {
      const row = checkRow(given, report);
      if (row !== undefined) addRow(row);
    }
    rows += batch.length;
    problems.tell();
    onProgress({ phase: 'reading', done, total, rows });
  }
  problems.tell();
  return rows;
}

async function apply(
  database: DatabaseSync,
  { signal, onProgress }: ImportOrder,
  problems: ProblemList,
  rows: number,
): Promise<ImportCounts> {
  const total = countPasses(database);
  let done = 0;
  const onSlice = (length: number) => {
    done += length;
    problems.tell();
    onProgress({ phase: 'applying', done, total, rows });
  };
  onSlice(0);
  return await applyStaged(database, { signal, report: problems.report, onSlice });
}

/** How many rows applying goes through: the accounts to apply them and to check them, the associations once. */
function countPasses(database: DatabaseSync): number {
  const count = database.prepare(
    'SELECT 2 * (SELECT count(*) FROM staged.accounts) + (SELECT count(*) FROM staged.associations) AS passes',
  );
  return Number(count.get()?.['passes']);
}
