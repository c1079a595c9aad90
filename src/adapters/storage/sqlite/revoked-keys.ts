import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../../ports/unavailable.ts';

/** Fingerprints of keys that were seen revoked. */
export function readRevokedKeys(database: DatabaseSync): readonly string[] {
  const value = database.prepare(`SELECT value FROM meta WHERE name = 'revoked-keys'`).get()?.['value'];
  const fingerprints = value === undefined ? [] : String(value).split(' ');
  if (fingerprints.every((one) => /^[0-9a-f]{40}$/.test(one))) return fingerprints;
  throw new UnavailableError('the database holds revoked keys that make no sense: restore a backup');
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
