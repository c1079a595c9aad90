import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { describeFileFault } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { applyStaged, type ImportCounts } from './apply.ts';
import type { Closing, ImportOrder, ImportResult } from './import-order.ts';
import type { ImportTarget, StagedAccounts } from './import-target.ts';
import { ProblemList } from './problems.ts';
import { readCsv } from './read-csv.ts';
import { readLines } from './read-lines.ts';
import { readNdjson } from './read-ndjson.ts';
import { openRejectFile, type RejectFile } from './reject-file.ts';
import { checkRow } from './row.ts';
import { createStager } from './staging.ts';

const WAKE_MS = 20;

/**
 * Adds the accounts of a file to the directory and changes those that it has already: all of them in one
 * transaction, or none. With a reject file all but the rejected ones, which are on disk before the others count. Memory
 * stays the same however long the file is. A server that reads the directory meanwhile
 * is not held up, and sees everything at once when it is committed. Throws `UnavailableError`, with nothing applied,
 * when the file can't be read or the directory can't be written.
 */
export async function importAccounts(
  order: ImportOrder,
  openTarget: () => Promise<ImportTarget>,
): Promise<ImportResult> {
  const { source: name, content } = order;
  const opened: {
    letGo?: () => void;
    source?: FileHandle;
    target?: ImportTarget;
    rejects?: RejectFile | undefined;
  } = {};
  try {
    if (content === undefined) {
      opened.letGo = await wakeOnAbort(name, order.signal);
      opened.source = await open(name);
      order.signal.throwIfAborted();
    }
    opened.target = await openTarget();
    opened.rejects = await openRejectFile(order, opened.target.path);
    const input = opened.source === undefined ? { content } : await inputOf(opened.source);
    return await importFrom({ ...order, ...input }, opened.target, opened.rejects);
  } catch (error) {
    if (error instanceof UnavailableError || order.signal.aborted) throw error;
    const fault = describeFileFault(error, name);
    if (fault !== undefined) throw new UnavailableError(`nothing was imported: ${fault}`);
    throw new UnavailableError(`${name} could not be imported`, { cause: error });
  } finally {
    await opened.target?.close();
    await opened.source?.close();
    opened.letGo?.();
    await opened.rejects?.close();
  }
}

interface Input {
  readonly content: AsyncIterable<Uint8Array> | undefined;
  /** Bytes; `undefined`: nobody knows. */
  readonly size?: number;
}

/**
 * A pipe opens when somebody writes to it, and is read when something comes. Whoever stops the import does both here,
 * as often as it takes: otherwise nothing would end the wait. Returns what takes it back.
 */
async function wakeOnAbort(name: string, signal: AbortSignal): Promise<() => void> {
  const kind = await stat(name);
  // It need never end.
  if (kind.isCharacterDevice() || kind.isBlockDevice())
    throw new UnavailableError(`${name} is a device; accepted: a file, a pipe, or - for standard input`);
  if (!kind.isFIFO()) return () => {};
  let end: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const wake = () => {
    try {
      end ??= openSync(name, constants.O_RDWR | constants.O_NONBLOCK);
      writeSync(end, '\n');
    } catch {
      // Full, so that there is something to read; or not ours to write to.
    }
  };
  const start = () => {
    wake();
    timer = setInterval(wake, WAKE_MS);
  };
  signal.addEventListener('abort', start, { once: true });
  // A process that ends at once waits for its threads, and one of them may wait for the pipe.
  process.once('exit', wake);
  return () => {
    signal.removeEventListener('abort', start);
    process.off('exit', wake);
    clearInterval(timer);
    if (end !== undefined) closeSync(end);
  };
}

async function inputOf(source: FileHandle): Promise<Input> {
  const { size } = await source.stat();
  return { content: source.createReadStream({ autoClose: false }), size };
}

type Work = ImportOrder & Input;

async function importFrom(
  order: Work,
  target: ImportTarget,
  rejects: RejectFile | undefined,
): Promise<ImportResult> {
  const { staging } = target;
  const problems = new ProblemList(rejects === undefined ? order.onProblem : rejects.tell(order.onProblem));
  staging.exec('BEGIN');
  const rows = await stage(order, staging, problems, rejects);
  staging.exec('COMMIT');
  const refused = () => ({
    outcome: 'refused' as const,
    rows,
    problems: problems.count,
    applicable: 0,
    rejected: 0,
    counts: undefined,
    toConfirm: undefined,
  });
  if (problems.wholeFile || (problems.count > 0 && rejects === undefined)) return refused();

  for (;;) {
    rejects?.log.dropFrom(staging);
    const found = problems.count;
    const isSound = () => problems.count === found;
    const { counts, toConfirm } = await target.transaction(async (accounts) => {
      const counts = await apply(order, staging, accounts, problems, rows);
      const toConfirm = await unconfirmedClosing(order, accounts, counts);
      const isFit = isSound() && (order.dryRun || toConfirm === undefined);
      if (isFit) await rejects?.write(order.format);
      return { keep: isFit && !order.dryRun, result: { counts, toConfirm } };
    });
    if (isSound())
      return {
        outcome: order.dryRun ? 'tried' : toConfirm === undefined ? 'applied' : 'unconfirmed',
        rows,
        problems: problems.count,
        applicable: countStaged(staging),
        rejected: rejects?.log.count() ?? 0,
        counts,
        toConfirm,
      };
    if (rejects === undefined) return refused();
  }
}

const readers = { csv: readCsv, ndjson: readNdjson };

/** Reads the file into the staging tables, which touch no lock of the directory. Resolves to the number of rows. */
async function stage(
  { format, signal, onProgress, onWarning, doubtAbout, content, size: total }: Work,
  staging: DatabaseSync,
  problems: ProblemList,
  rejects: RejectFile | undefined,
): Promise<number> {
  const { report } = problems;
  let done = 0;
  async function* chunks() {
    for await (const chunk of content ?? []) {
      signal.throwIfAborted();
      done += chunk.length;
      yield chunk;
    }
  }
  const addRow = createStager(staging, report);
  const lines = readLines(chunks(), report, { headed: format === 'csv', keep: rejects?.keep });
  let rows = 0;
  for await (const batch of readers[format](lines, report)) {
    for (const given of batch) {
      const row = checkRow(given, report);
      if (row === undefined) continue;
      addRow(row);
      const reason = row.phoneNumber && doubtAbout?.(row.phoneNumber);
      if (reason) onWarning?.({ line: row.line, field: 'phoneNumber', reason });
    }
    rows += batch.length;
    problems.tell();
    onProgress({ phase: 'reading', done, total, rows });
  }
  problems.tell();
  return rows;
}

async function apply(
  { signal, onProgress }: Work,
  staging: DatabaseSync,
  accounts: StagedAccounts,
  problems: ProblemList,
  rows: number,
): Promise<ImportCounts> {
  const total = countPasses(staging);
  let done = 0;
  const onSlice = (length: number) => {
    done += length;
    problems.tell();
    onProgress({ phase: 'applying', done, total, rows });
  };
  onProgress({ phase: 'applying', done, total, rows });
  const counts = await applyStaged(accounts, { staging, signal, report: problems.report, onSlice });
  problems.tell();
  return counts;
}

/** Whoever confirms names the number, so that it is about this file and no other. `undefined`: nothing has to be confirmed. */
async function unconfirmedClosing(
  { mayClose, confirmedClosing }: ImportOrder,
  accounts: StagedAccounts,
  { closed: closing, created }: ImportCounts,
): Promise<Closing | undefined> {
  if (confirmedClosing === closing) return undefined;
  if (confirmedClosing === undefined && (closing === 0 || mayClose === undefined)) return undefined;
  const held = (await accounts.count()) - created;
  return confirmedClosing !== undefined || !mayClose?.(closing, held) ? { closing, held } : undefined;
}

function countStaged(staging: DatabaseSync): number {
  return Number(staging.prepare('SELECT count(*) AS rows FROM staged.accounts').get()?.['rows']);
}

/** How many rows applying goes through: the accounts to apply them and to check them, the associations once. */
function countPasses(staging: DatabaseSync): number {
  const count = staging.prepare(
    'SELECT 2 * (SELECT count(*) FROM staged.accounts) + (SELECT count(*) FROM staged.associations) AS passes',
  );
  return Number(count.get()?.['passes']);
}
