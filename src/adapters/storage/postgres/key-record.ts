import type { Challenge } from '../../../ports/challenge.ts';
import { UNUSED_STATES } from '../../../ports/challenge-moves.ts';
import { CODE_BOUNDS } from '../../../ports/code-bounds.ts';
import type { DecideEnd } from '../../../ports/otp-store.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database, Query } from '../../postgres/database.ts';
import { withDatabase } from '../../postgres/open-schema.ts';
import type { KeptChecks, KeyRecord } from '../key-record.ts';
import { parseKeyChecks, parseRevokedKeys } from '../rows/kept-words.ts';
import { readCodesOfSecret, readHeldCode } from '../rows/otp-rows.ts';
import { endingOf } from './judged.ts';
import { isThere, THERE_SECONDS } from './nodes.ts';
import type { PostgresStoreSettings } from './settings.ts';
import { writeStatement } from './write-statement.ts';
import { newVersion, writtenValues } from './writer.ts';

/** Rows that are held in memory at once. */
const ROWS_MAX = 500;

/** What the store remembers of secrets and keys. */
export function keyRecordOf(database: Database, settings: PostgresStoreSettings): KeyRecord {
  const { schema } = settings;
  return {
    async checks() {
      const value = await keptWord(database, schema, 'key-checks');
      return value === undefined ? undefined : parseKeyChecks(value);
    },
    note: async (checks) => void (await database.write(...noting(schema, checks))),
    codesBySecret: () => codesBySecret(database, schema),
    // It may look at all requests, and the database of the store waits for no longer than a call does.
    rotate: (checks, decide, { dryRun }) =>
      withDatabase(settings, (patient) => rotate(patient, schema, checks, decide, dryRun)),
    revoked: () => readRevokedKeys(database, schema),
    async keepRevoked(fingerprints) {
      await database.write(
        // Another server may have seen others.
        `INSERT INTO ${schema}.meta AS t (name, value) VALUES ('revoked-keys', $1)
         ON CONFLICT (name) DO UPDATE SET value = (
           SELECT string_agg(DISTINCT known, ' ') FROM regexp_split_to_table(t.value || ' ' || excluded.value, ' ') AS known)`,
        [fingerprints.join(' ')],
      );
    },
  };
}

export async function readRevokedKeys(database: Database, schema: string): Promise<readonly string[]> {
  const value = await keptWord(database, schema, 'revoked-keys');
  return value === undefined ? [] : parseRevokedKeys(value);
}

async function keptWord(database: Database, schema: string, name: string): Promise<string | undefined> {
  const [row] = await database.read(`SELECT value FROM ${schema}.meta WHERE name = $1`, [name]);
  return row && String(row['value']);
}

function noting(schema: string, { digests, codes }: KeptChecks): [text: string, values: readonly unknown[]] {
  return [
    `INSERT INTO ${schema}.meta AS t (name, value)
     SELECT 'key-checks', json_build_object('digests', $1::text, 'codes', coalesce((
       SELECT jsonb_object_agg(key, value) FROM ${schema}.node,
         jsonb_each(CASE jsonb_typeof(traits->'codes') WHEN 'object' THEN traits->'codes' END)
       WHERE ${isThere} AND traits->>'digests' = $1 AND jsonb_typeof(value) = 'string'), '{}') || $2::jsonb)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE t.value <> excluded.value`,
    [digests, JSON.stringify(codes)],
  ];
}

/** See `KeyRecord.codesBySecret`. Requests older than a code can live are not looked at. */
async function codesBySecret(
  database: Database,
  schema: string,
): Promise<readonly Pick<Challenge, 'secretId' | 'state' | 'expiresAtWallMs'>[]> {
  const rows = await database.read(
    `SELECT secret_id, challenge_state, max(expires_at_wall_ms) AS expires_at_wall_ms FROM ${schema}.request
     WHERE received_at_ms > (SELECT max(received_at_ms) FROM ${schema}.request) - $1 AND challenge_id IS NOT NULL
     GROUP BY secret_id, challenge_state`,
    [CODE_BOUNDS.validityMsMax],
  );
  return rows.map(readCodesOfSecret);
}

async function rotate(
  database: Database,
  schema: string,
  checks: KeptChecks,
  decide: DecideEnd,
  dryRun: boolean,
): Promise<number> {
  const noteAndEnd = async (query: Query) => {
    await requireNobody(query, schema);
    await query(...noting(schema, checks));
    return endUnusedCodes(query, schema, decide);
  };
  return database.transaction(noteAndEnd, () => !dryRun);
}

/** Throws `UnavailableError` if servers use the store. */
export async function requireNobody(query: Query, schema: string): Promise<void> {
  const names = (await query(`SELECT name FROM ${schema}.node WHERE ${isThere} ORDER BY name`)).map(
    ({ name }) => name,
  );
  if (names.length > 0) {
    throw new UnavailableError(
      `is used by servers (${names.join(', ')}): stop them first; one that was killed counts for ${THERE_SECONDS} s`,
    );
  }
}

/** Asks about every code that is neither used nor void. */
async function endUnusedCodes(query: Query, schema: string, decide: DecideEnd): Promise<number> {
  const find = `
    SELECT * FROM ${schema}.request WHERE request_id > $1 AND challenge_state = ANY ($2)
    ORDER BY request_id LIMIT ${ROWS_MAX} FOR UPDATE`;
  const write = writeStatement(schema).call;
  let ended = 0;
  let last = '';
  for (;;) {
    const rows = await query(find, [last, UNUSED_STATES]);
    const found = rows.at(-1);
    if (found === undefined) return ended;
    last = String(found['request_id']);
    for (const row of rows) {
      const end = decide(readHeldCode(row));
      if (end === undefined) continue;
      const written = await query(
        write,
        writtenValues([{ change: endingOf(row, end), version: newVersion() }]),
      );
      if (written.length !== 1)
        throw new UnavailableError(
          'is used by a server that changed a code while it was ended: stop the servers first',
        );
      ended += 1;
    }
  }
}
