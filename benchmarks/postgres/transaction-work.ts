import pg from 'pg';
import { answeredRow, type Row, sentRows, verifiedRow, type Work } from './floor-rows.ts';

/** Any number that no run reaches. */
const MAX = 1_000_000_000;

/**
 * The usual way of a store: each step is a transaction that locks what its limits count, reads it, decides, and writes. It
 * counts what ours counts and writes the same rows, and has none of our rules beside.
 */
export function transactionWork(url: string, schema: string, connections: number): Work {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  const transaction = async (run: (client: pg.PoolClient) => Promise<void>) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await run(client);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  return {
    async sendOtp(requestId) {
      const { issued, settled } = sentRows(requestId);
      await transaction((client) => issue(client, schema, issued));
      await transaction(async (client) => {
        const row = await lockRequest(client, schema, requestId);
        if (row['challenge_id'] !== issued['challenge_id']) throw new Error('it is of another text');
        await touch(client, schema, settled);
        await update(client, schema, requestId, settled);
      });
    },
    async verifyOtp(requestId) {
      const verified = verifiedRow(requestId);
      await transaction(async (client) => {
        const row = await lockRequest(client, schema, requestId);
        await touch(client, schema, row);
        const missteps = `SELECT count(*) AS n FROM ${schema}.misstep WHERE subject = $1 AND at_ms > $2`;
        await underMax(client, missteps, [row['account_digest'], Date.now() - 3_600_000]);
        const { challenge_state, failed_attempts, events, ...answered } = verified;
        await insert(client, schema, answered);
        await update(client, schema, requestId, { challenge_state, failed_attempts, events });
        const places = guarded(row).map((place) => [`unverified:${place}`, `verified:${place}`]);
        await raise(client, schema, places.flat());
      });
    },
    echo: (requestId) => transaction((client) => insert(client, schema, answeredRow(requestId, 'echo'))),
  };
}

async function issue(client: pg.PoolClient, schema: string, row: Row): Promise<void> {
  await touch(client, schema, row);
  const known = `SELECT * FROM ${schema}.request WHERE request_id = $1 AND method = 'sendOtp'`;
  if ((await client.query(known, [row['request_id']])).rows.length > 0)
    throw new Error('it is there already');
  for (const column of ['account_digest', 'phone_number_digest']) {
    const texts = `
      SELECT coalesce(sum(submissions), 0) AS n FROM ${schema}.request
      WHERE ${column} = $1 AND submissions > 0 AND counted_at_ms > $2`;
    await underMax(client, texts, [row[column], Date.now() - 3_600_000]);
  }
  const unverified = guarded(row).map((place) => `unverified:${place}`);
  await raise(client, schema, ['country:IN', 'global', ...unverified]);
  await insert(client, schema, row);
}

/** Locks the account and the number, whether they were there before or not. */
async function touch(client: pg.PoolClient, schema: string, row: Row): Promise<void> {
  await client.query(
    `INSERT INTO ${schema}.subject (digest, version, received_at_ms)
     SELECT digest, $2, $3 FROM unnest($1::bytea[]) AS digest ORDER BY digest
     ON CONFLICT (digest) DO UPDATE SET version = excluded.version, received_at_ms = excluded.received_at_ms`,
    [[row['account_digest'], row['phone_number_digest']], row['version'], row['received_at_ms']],
  );
}

/** The ceilings are locked from here to the commit. */
async function raise(client: pg.PoolClient, schema: string, places: readonly string[]): Promise<void> {
  const locked = `
    SELECT subject, raised FROM ${schema}.ceiling WHERE subject = ANY ($1) ORDER BY subject FOR UPDATE`;
  const { rows } = await client.query(locked, [places]);
  if (rows.some(({ raised }) => Number(raised) >= MAX)) throw new Error('a limit is reached');
  await client.query(
    `INSERT INTO ${schema}.ceiling AS t (subject, window_ms, raised, counts, until_ms)
     SELECT name, 3600000, 1, '{"1": 1}', 0 FROM unnest($1::text[]) AS name ORDER BY name
     ON CONFLICT (subject, window_ms) DO UPDATE SET raised = t.raised + 1`,
    [places],
  );
}

async function underMax(client: pg.PoolClient, text: string, values: readonly unknown[]): Promise<void> {
  const { rows } = await client.query(text, [...values]);
  if (Number(rows[0]?.n) >= MAX) throw new Error('a limit is reached');
}

function guarded({ number_prefix: prefix }: Row): readonly string[] {
  return ['country:IN', `range:${String(prefix).slice(0, -2)}`, `prefix:${prefix}`];
}

async function lockRequest(client: pg.PoolClient, schema: string, requestId: string): Promise<Row> {
  const text = `SELECT * FROM ${schema}.request WHERE request_id = $1 AND method = 'sendOtp' FOR UPDATE`;
  const { rows } = await client.query(text, [requestId]);
  return rows[0] as Row;
}

async function insert(client: pg.PoolClient, schema: string, row: Row): Promise<void> {
  const names = Object.keys(row);
  const values = names.map((_, index) => `$${index + 1}`);
  await client.query(
    `INSERT INTO ${schema}.request (${names.join(', ')}) VALUES (${values.join(', ')})`,
    Object.values(row),
  );
}

async function update(client: pg.PoolClient, schema: string, requestId: string, row: Row): Promise<void> {
  const changes = Object.keys(row).map((name, index) => `${name} = $${index + 2}`);
  await client.query(
    `UPDATE ${schema}.request SET ${changes.join(', ')} WHERE request_id = $1 AND method = 'sendOtp'`,
    [requestId, ...Object.values(row)],
  );
}
