import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../../ports/unavailable.ts';

/** As the core makes them; see `keyChecksOf`. */
interface KeptChecks {
  readonly digests: string;
  readonly codes: Readonly<Record<string, string>>;
}

/** What the store was served with last. `undefined`: nobody has noted it yet. */
export function readKeyChecks(database: DatabaseSync): KeptChecks | undefined {
  const value = database.prepare(`SELECT value FROM meta WHERE name = 'key-checks'`).get()?.['value'];
  if (value === undefined) return undefined;
  try {
    const checks = JSON.parse(String(value)) as KeptChecks;
    if (
      typeof checks.digests === 'string' &&
      Object.values(checks.codes).every((one) => typeof one === 'string')
    ) {
      return checks;
    }
  } catch {
    // Told below.
  }
  throw new UnavailableError('the database holds key checks that make no sense: restore a backup');
}

export function writeKeyChecks(database: DatabaseSync, checks: KeptChecks): void {
  database
    .prepare(
      `INSERT INTO meta (name, value) VALUES ('key-checks', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
    )
    .run(JSON.stringify(checks));
}

/** The most that `codes.validityMs` can be: no older request has a code that may still be typed. */
const VALIDITY_MS_MAX = 600_000;

/** Ids of the secrets that codes were made with which may still be typed at `nowMs`, on the wall clock. */
export function secretsInUse(database: DatabaseSync, nowMs: number): readonly string[] {
  const rows = database
    .prepare(
      `SELECT DISTINCT secret_id FROM request
       WHERE received_at_ms > (SELECT max(received_at_ms) FROM request) - ${VALIDITY_MS_MAX}
         AND challenge_state IN ('submitting', 'sent', 'ambiguous') AND expires_at_wall_ms > ?`,
    )
    .all(nowMs);
  return rows.map(({ secret_id: id }) => String(id));
}
