import { readFileSync, writeFileSync } from 'node:fs';
import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';

/** Remembers that the accounts of a file are elsewhere from now on. Safe to repeat. */
export function markMoved(file: string, where: string): void {
  writeFileSync(markOf(file), `${where}\n`, { mode: 0o600 });
}

/** Throws `UnavailableError` if its accounts were moved: what is changed in them here, nobody would see. */
export function requireNotMoved(file: string): void {
  const mark = markOf(file);
  if (!isThere(mark)) return;
  const where = readFileSync(mark, 'utf8').trimEnd();
  throw new UnavailableError(
    `the accounts in ${file} were moved to ${where}: use the configuration that names it. To use the file again, delete ${mark}`,
  );
}

function markOf(file: string): string {
  return `${file}.moved`;
}
