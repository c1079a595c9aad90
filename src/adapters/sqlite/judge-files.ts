import { accessSync, constants, lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { describeFileFault, describeKind, statIfThere } from '../../ports/file-fault.ts';
import { UnavailableError } from '../../ports/unavailable.ts';

/** A database, and what SQLite may keep beside it: its log, the index of that, and a journal. */
export function filesOf(file: string): readonly string[] {
  return ['', '-wal', '-shm', '-journal'].map((suffix) => file + suffix);
}

/**
 * The bytes of a database; 0: it is not there, or empty. Throws `UnavailableError` that names the file and says what to
 * do if the database, or what lies beside it, is no regular file or may not be used by this process: SQLite would say no
 * more than that it failed, and wait for a pipe. Opens nothing: to close a file would drop the locks that SQLite has on it.
 */
export function judgeFiles(file: string, access: 'read' | 'write'): number {
  const found = statIfThere(file);
  judgeFile(file, found, access);
  // Where the database is a link, SQLite keeps the others beside the file that it leads to.
  const [, ...companions] = filesOf(placeOf(file));
  // Of these it follows no link.
  for (const companion of companions) {
    judgeFile(companion, lstatSync(companion, { throwIfNoEntry: false }), access);
  }
  const folder = access === 'write' ? folderFault(file) : undefined;
  if (folder !== undefined) throw new UnavailableError(folder);
  return found?.size ?? 0;
}

/** Why SQLite can't keep a log beside a database, which is named. `undefined`: it can, or the folder is not there yet. */
export function folderFault(file: string): string | undefined {
  const folder = dirname(placeOf(file));
  const found = statIfThere(folder);
  if (found === undefined) return undefined;
  const fault = accessFault(folder, found, constants.W_OK | constants.X_OK);
  return fault && `${file} can't have its log beside it: ${fault}`;
}

/** The file itself, where a link may lead to it. */
function placeOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return file;
    throw error;
  }
}

function judgeFile(file: string, found: Stats | undefined, access: 'read' | 'write'): void {
  if (found === undefined) return;
  const kind = describeKind(found);
  if (kind !== undefined) {
    throw new UnavailableError(
      `${file} is ${kind}, not a regular file: move it away, or name another folder for the databases`,
    );
  }
  const modes = { read: constants.R_OK, write: constants.R_OK | constants.W_OK };
  const fault = accessFault(file, found, modes[access]);
  if (fault !== undefined) throw new UnavailableError(fault);
}

function accessFault(path: string, { uid, mode }: Stats, wanted: number): string | undefined {
  try {
    accessSync(path, wanted);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Whoever closes a database last takes its log away.
    if (code === 'ENOENT') return undefined;
    const fault = describeFileFault(error, path);
    if (fault === undefined) throw error;
    if (code !== 'EACCES') return fault;
    return (
      `${fault}, which belongs to user ${uid} and has mode ${(mode & 0o777).toString(8)}: ` +
      'run this as the user of the server, and let that user have it (chown, chmod)'
    );
  }
}
