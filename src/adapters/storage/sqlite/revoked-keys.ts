import type { DatabaseSync } from 'node:sqlite';
import { parseRevokedKeys } from '../rows/kept-words.ts';

/** Fingerprints of keys that were seen revoked. */
export function readRevokedKeys(database: DatabaseSync): readonly string[] {
  const value = database.prepare(`SELECT value FROM meta WHERE name = 'revoked-keys'`).get()?.['value'];
  return value === undefined ? [] : parseRevokedKeys(String(value));
}

/** At least one. */
export function writeRevokedKeys(database: DatabaseSync, fingerprints: readonly string[]): void {
  database
    .prepare(
      `INSERT INTO meta (name, value) VALUES ('revoked-keys', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    )
    .run(fingerprints.join(' '));
}
