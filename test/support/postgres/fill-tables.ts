/** Rows of one statement. */
const CHUNK = 250_000;

type Query = (text: string, values?: unknown[]) => Promise<unknown>;

/**
 * Writes so many verified sendOtp requests straight into the tables, spread over the last 29 days, as servers would have left
 * them: of other accounts than anybody asks for. Other tables get a part of that.
 */
export async function fillTables(query: Query, schema: string, count: number): Promise<void> {
  for (let first = 1; first <= count; first += CHUNK) {
    await query(fillStatement(schema), [first, Math.min(first + CHUNK - 1, count), count]);
  }
  await query(
    `INSERT INTO ${schema}.misstep (subject, kind, at_ms, times)
     SELECT decode(md5('account ' || n), 'hex'), 'wrong', (extract(epoch FROM now()) * 1000)::bigint - n, 1
     FROM generate_series(1, $1::integer) AS n`,
    [Math.ceil(count / 4)],
  );
  await query(
    `INSERT INTO ${schema}.ceiling (subject, window_ms, raised, counts, until_ms)
     SELECT 'unverified:prefix:' || n, 3600000, 1, '{"1": 1}', (extract(epoch FROM now()) * 1000)::bigint + n
     FROM generate_series(1, $1::integer) AS n`,
    [Math.ceil(count / 4)],
  );
  await query(
    `INSERT INTO ${schema}.block (subject, since_ms, until_ms, unverified, verified)
     SELECT 'unverified:prefix:' || n, 0, (extract(epoch FROM now()) * 1000)::bigint - n, 20, 0
     FROM generate_series(1, $1::integer) AS n`,
    [Math.ceil(count / 4)],
  );
  await query(
    `INSERT INTO ${schema}.kept_association (digest, version, account_digest, sealed, attempt, state, is_told, at_ms)
     SELECT decode(md5('association ' || n), 'hex'), gen_random_uuid(), decode(md5('account ' || n), 'hex'), '\\x01',
       'associate-' || n, 'associated', n % 10 > 0, 0
     FROM generate_series(1, $1::integer) AS n`,
    [Math.ceil(count / 4)],
  );
  for (const table of ['request', 'subject', 'misstep', 'ceiling', 'block', 'kept_association']) {
    await query(`VACUUM (ANALYZE, PARALLEL 0) ${schema}.${table}`);
  }
}

function fillStatement(schema: string): string {
  return `
    WITH n AS (
      SELECT (extract(epoch FROM now()) * 1000)::bigint - (29 * 86400000.0 * ($3 - n + 1) / $3)::bigint AS at_ms,
        decode(md5('account ' || n), 'hex') AS account, decode(md5('number ' || n), 'hex') AS number,
        substr(md5('id ' || n), 1, 16) AS id
      FROM generate_series($1::bigint, $2::bigint) AS n),
    requests AS (
      INSERT INTO ${schema}.request (request_id, method, version, state, fingerprint, owner, lease_expires_at_ms,
        received_at_ms, answered_at_ms, result, integrator_id, challenge_id, challenge_state, nonce, secret_id,
        code_length, account_digest, phone_number_digest, otp_context, issued_at_ms, expires_at_ms,
        expires_at_wall_ms, submissions, failed_attempts, uses, country, number_prefix, counted_at_ms, counted, gateway,
        message_id, submitted_at_ms, receipt_key, events)
      SELECT 'past:' || id, 'sendOtp', gen_random_uuid(), 'completed', account, 'past', 0, at_ms, at_ms + 5, 'SUCCESS',
        id, id, 'verified', number, 'sandbox', 6, account, number, 'association', at_ms, at_ms + 600000,
        at_ms + 600000, 1, 0, 'verifyOtp', 'IN', '+91990000', at_ms, '[]', 'inbox', id, at_ms + 5, 'past:' || id,
        '[' || at_ms || ',"accepted","inbox inbox-1"]' || chr(10)
      FROM n)
    INSERT INTO ${schema}.subject (digest, version, received_at_ms, verified_at_ms)
    SELECT account, gen_random_uuid(), at_ms, NULL FROM n
    UNION ALL SELECT number, gen_random_uuid(), at_ms, at_ms FROM n`;
}
