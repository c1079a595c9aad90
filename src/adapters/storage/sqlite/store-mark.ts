import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isThere, statIfThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { judgeFiles } from '../../sqlite/judge-files.ts';

export interface ExpectedStore {
  readonly file: string;
  /** Whether one is expected there although none was ever made in that folder. */
  readonly isExpected: boolean;
  /** Whether the operator said that a new store is meant. */
  readonly mayBeMade: boolean;
}

const REMEDY =
  'is its volume mounted? Restore a backup with gsp-otp restore; or, where a new store is meant, ' +
  'start once with gsp-otp serve --new-store (newStore in the library): then no request that was answered is remembered';

/**
 * Throws `UnavailableError`, with nothing made, if a store is expected and its file is missing or empty: a store that
 * was lost would process again what was answered. It is expected wherever one was made before. Throws as `judgeFiles`
 * does, too: what can't be used is not lost.
 */
export function requireStore({ file, isExpected, mayBeMade }: ExpectedStore): void {
  const isEmpty = judgeFiles(file, 'write') === 0;
  const movedTo = whereMoved(file);
  if (movedTo !== undefined) {
    throw new UnavailableError(
      `${file} was moved to ${movedTo}: serve with the configuration that names it. The file beside it that ends in .moved is of no use any more`,
    );
  }
  if (!isEmpty) return;
  // Without its database a log is all that is left of it; and SQLite would delete it.
  if ((statIfThere(`${file}-wal`)?.size ?? 0) > 0) {
    throw new UnavailableError(
      `${file} is missing or empty, but its log ${file}-wal is there: put them together again, or move the log away`,
    );
  }
  const wasMade = isThere(markFileOf(file));
  if (mayBeMade || !(wasMade || isExpected)) return;
  const why = wasMade ? 'a store was made there before' : 'production starts with the store that it has';
  throw new UnavailableError(`${file} is ${isThere(file) ? 'empty' : 'missing'}, but ${why}: ${REMEDY}`);
}

/** Remembers beside the store that it was made. Safe to call again. */
export function markStore(file: string): void {
  const mark = markFileOf(file);
  if (isThere(mark)) return;
  const text =
    'A store was made here. If otp.sqlite is ever missing, gsp-otp asks before it makes another one.\n';
  writeFileSync(mark, text, { mode: 0o600, flag: 'wx' });
}

const MOVED = 'Moved to: ';

/** Remembers that its requests are elsewhere from now on. Safe to call again. */
export function markMoved(file: string, where: string): void {
  writeFileSync(markFileOf(file), `${MOVED}${where}\n`, { mode: 0o600 });
}

/** Where its requests are. `undefined`: here. */
export function whereMoved(file: string): string | undefined {
  if (!isThere(markFileOf(file))) return undefined;
  const text = readFileSync(markFileOf(file), 'utf8');
  return text.startsWith(MOVED) ? text.slice(MOVED.length).trimEnd() : undefined;
}

/** Not named after the database: whoever deletes that by its name leaves the mark. */
function markFileOf(file: string): string {
  return join(dirname(file), 'store-made');
}
