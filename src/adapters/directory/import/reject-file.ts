import { rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeFileFault } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { removeAtExit } from '../../sqlite/remove-at-exit.ts';
import type { ImportOrder } from './import-order.ts';
import type { ImportProblem } from './problems.ts';
import type { KeptLine } from './read-lines.ts';
import { RejectLog } from './rejects.ts';

/** The file that rejected rows go to, and what is gathered for it. */
export interface RejectFile {
  readonly log: RejectLog;
  readonly keep: (line: KeptLine) => void;
  /** Takes problems for the file; those of the whole file are told to `tell`, and in a dry run the others too. */
  tell(tell: (problem: ImportProblem) => void): (problem: ImportProblem) => void;
  /** Puts what was rejected on disk; not in a dry run, which shows only that the file can be made. */
  write(format: 'csv' | 'ndjson'): Promise<void>;
  /** Takes the file away again if nothing was written to it. */
  close(): Promise<void>;
}

/**
 * Makes the file, for its owner alone, since it will hold personal data; what is gathered for it lies beside `aside`.
 * Throws `UnavailableError` if there is a file of that name, or it can't be made. `undefined`: none is wanted.
 */
export async function openRejectFile(
  { rejectFile: path, dryRun }: Pick<ImportOrder, 'rejectFile' | 'dryRun'>,
  aside: string,
): Promise<RejectFile | undefined> {
  if (path === undefined) return undefined;
  const file = await create(path);
  const remove = () => rmSync(path, { force: true });
  const keep = removeAtExit(remove);
  let log: RejectLog;
  let written = false;
  try {
    log = new RejectLog(aside);
  } catch (error) {
    await file.close();
    remove();
    keep();
    throw error;
  }
  return {
    log,
    keep: (line) => log.keep(line),
    tell: (tell) => (problem) => {
      if (!problem.wholeFile) log.add(problem);
      if (problem.wholeFile || dryRun) tell(problem);
    },
    async write(format) {
      if (dryRun || log.count() === 0) return;
      await log.write(file, format);
      written = true;
      keep();
    },
    async close() {
      log.close();
      await file.close();
      if (!written) remove();
      keep();
    },
  };
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new UnavailableError(
        `the reject file ${path} is there already, and is not written over: name another`,
      );
    // Of a file that is to be made, it is the directory that is missing.
    const fault = describeFileFault(error, dirname(path)) ?? error;
    throw new UnavailableError(`the reject file ${path} can't be made: ${fault}`);
  }
}
