import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Environment } from '../../sqlite/database-kind.ts';

export interface ExpectedStore {
  readonly file: string;
  readonly environment: Environment;
  /** The account directory, which goes with the store. `undefined`: accounts are elsewhere. */
  readonly beside: string | undefined;
  /** Whether the operator said that a new store is meant. */
  readonly newStore: boolean;
}

const REMEDY =
  'is its volume mounted? Restore a backup with gsp-otp restore; or, where a new store is meant, ' +
  'start once with gsp-otp serve --new-store (newStore in the library): then no request that was answered is remembered';

/**
 * Throws `UnavailableError`, with nothing made, if a store is expected and its file is missing or empty: a store that
 * was lost would process again what was answered. It is expected in production, and wherever one was made before; a
 * sandbox that begins asks for nothing.
 */
export function requireStore({ file, environment, beside, newStore }: ExpectedStore): void {
  const isLost = isMissing(file);
  // Without its database a log is all that is left of it; and SQLite would delete it.
  if (isLost && sizeOf(`${file}-wal`) > 0) {
    throw new UnavailableError(
      `${file} is missing or empty, but its log ${file}-wal is there: put them together again, or move the log away`,
    );
  }
  if (newStore) return;
  const expected = storeWasMade(file);
  if (isLost && (expected || environment === 'production')) {
    const why = expected ? 'a store was made there before' : 'production starts with the store that it has';
    throw new UnavailableError(`${file} is ${existsSync(file) ? 'empty' : 'missing'}, but ${why}: ${REMEDY}`);
  }
  if (expected && beside !== undefined && isMissing(beside)) {
    throw new UnavailableError(
      `${beside} is ${existsSync(beside) ? 'empty' : 'missing'}, but it was there before: every number would be ` +
        'unknown. Restore a backup with gsp-otp restore, or import the accounts with gsp-otp accounts import',
    );
  }
}

/** Whether a store was ever made in the folder of that file. */
export function storeWasMade(file: string): boolean {
  return existsSync(markFileOf(file));
}

/** Remembers beside the store that it was made. Safe to call again. */
export function markStore(file: string): void {
  const mark = markFileOf(file);
  if (existsSync(mark)) return;
  const text =
    'A store was made here. If otp.sqlite is ever missing, gsp-otp asks before it makes another one.\n';
  writeFileSync(mark, text, { mode: 0o600, flag: 'wx' });
}

/** Not named after the database: whoever deletes that by its name leaves the mark. */
function markFileOf(file: string): string {
  return join(dirname(file), 'store-made');
}

function isMissing(file: string): boolean {
  return sizeOf(file) === 0;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
