import type { DatabaseSync } from 'node:sqlite';
import type { Challenge } from '../../../ports/challenge.ts';
import { CODE_BOUNDS } from '../../../ports/code-bounds.ts';
import type { KeptChecks } from '../key-record.ts';
import { parseKeyChecks } from '../rows/kept-words.ts';
import { readCodesOfSecret } from '../rows/otp-rows.ts';

/** What the store was served with last. `undefined`: nobody has noted it yet. */
export function readKeyChecks(database: DatabaseSync): KeptChecks | undefined {
  const value = database.prepare(`SELECT value FROM meta WHERE name = 'key-checks'`).get()?.['value'];
  return value === undefined ? undefined : parseKeyChecks(String(value));
}

export function writeKeyChecks(database: DatabaseSync, checks: KeptChecks): void {
  database
    .prepare(
      `INSERT INTO meta (name, value) VALUES ('key-checks', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
    )
    .run(JSON.stringify(checks));
}

/** See `KeyRecord.codesBySecret`. Requests older than a code can live are not looked at. */
export function codesBySecret(
  database: DatabaseSync,
): readonly Pick<Challenge, 'secretId' | 'state' | 'expiresAtWallMs'>[] {
  const rows = database
    .prepare(
      `SELECT id, secret_id, challenge_state, max(expires_at_wall_ms) AS expires_at_wall_ms FROM request
       WHERE received_at_ms > (SELECT max(received_at_ms) FROM request) - ? AND challenge_id IS NOT NULL
       GROUP BY secret_id, challenge_state`,
    )
    .all(CODE_BOUNDS.validityMsMax);
  return rows.map(readCodesOfSecret);
}
