import { Batcher } from '../../src/adapters/postgres/batcher.ts';
import type { Database } from '../../src/adapters/postgres/database.ts';
import { REQUEST_COLUMNS, toRecords } from '../../src/adapters/storage/postgres/row-columns.ts';
import { answeredRow, type Row, sentRows, verifiedRow, type Work } from './floor-rows.ts';

const types: Readonly<Record<string, string>> = REQUEST_COLUMNS;
const recordsOf = (columns: readonly string[]) =>
  `SELECT * FROM json_to_recordset($1::json) AS x(${columns.map((name) => `${name} ${types[name]}`).join(', ')})`;

const ANSWERED = Object.keys(answeredRow('', ''));
const ATTEMPTED = Object.keys(verifiedRow(''));
const { issued, settled } = sentRows('');
const ISSUED = Object.keys(issued);
const SETTLED = Object.keys(settled);
const KEYS = ['request_id', 'method', 'account_digest', 'phone_number_digest', 'received_at_ms'];

function statementsOn(schema: string) {
  /** Both digests of each record get its version, as of an account and a number. */
  const touched = (from: string) => `
    INSERT INTO ${schema}.subject (digest, version, received_at_ms)
    SELECT DISTINCT ON (digest) digest, version, received_at_ms FROM (
      SELECT account_digest AS digest, version, received_at_ms FROM ${from}
      UNION ALL SELECT phone_number_digest, version, received_at_ms FROM ${from}) both_digests ORDER BY digest
    ON CONFLICT (digest) DO UPDATE SET version = excluded.version, received_at_ms = excluded.received_at_ms`;
  const inserted = (columns: readonly string[]) =>
    `INSERT INTO ${schema}.request (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM x`;
  const updated = (columns: readonly string[], key: string) => `
    UPDATE ${schema}.request r SET ${columns.map((name) => `${name} = x.${name}`).join(', ')}
    FROM x WHERE r.request_id = x.${key} AND r.method = 'sendOtp'`;
  /** In one order, so that batches wait for each other and never in a circle. */
  const raised = (from: string, names: string) => `
    INSERT INTO ${schema}.ceiling AS t (subject, window_ms, raised, counts, until_ms)
    SELECT name, 3600000, count(*), '{"1": 1}', 0 FROM ${from}, unnest(ARRAY[${names}]) AS name
    GROUP BY name ORDER BY name
    ON CONFLICT (subject, window_ms) DO UPDATE SET raised = t.raised + excluded.raised`;
  const guarded = (kind: string) =>
    `'${kind}:country:IN', '${kind}:range:' || left(number_prefix, -2), '${kind}:prefix:' || number_prefix`;

  return {
    issue: `
      WITH x AS (${recordsOf(ISSUED)}), w AS (${inserted(ISSUED)}), s AS (${touched('x')})
      ${raised('x', `'country:IN', 'global', ${guarded('unverified')}`)}`,
    settle: `
      WITH x AS (${recordsOf(SETTLED)}), s AS (${touched('x')})
      ${updated(
        SETTLED.filter((name) => !KEYS.includes(name)),
        'request_id',
      )}`,
    attempt: `
      WITH x AS (${recordsOf(ATTEMPTED)}), w AS (${inserted(ANSWERED)}),
      u AS (${updated(['version', 'challenge_state', 'failed_attempts', 'events'], 'send_otp_request_id')}
        RETURNING r.account_digest, r.phone_number_digest, r.version, r.received_at_ms, r.number_prefix),
      s AS (${touched('u')})
      ${raised('u', `${guarded('unverified')}, ${guarded('verified')}`)}`,
    complete: `WITH x AS (${recordsOf(ANSWERED)}) ${inserted(ANSWERED)}`,
  } as const;
}

/**
 * The least that a store can do: it writes the rows and does nothing else. `batchesMax` statements at once, each for at most
 * `itemsMax` requests.
 */
export function writingWork(
  database: Database,
  schema: string,
  batches: { readonly batchesMax: number; readonly itemsMax: number },
): Work {
  const writerOf = (statement: string) =>
    new Batcher<Row, undefined>({
      ...batches,
      async run(rows) {
        await database.write(statement, [toRecords(rows)]);
        return rows.map(() => undefined);
      },
    });
  const statements = statementsOn(schema);
  const issues = writerOf(statements.issue);
  const settlements = writerOf(statements.settle);
  const attempts = writerOf(statements.attempt);
  const completions = writerOf(statements.complete);
  return {
    async sendOtp(requestId) {
      const rows = sentRows(requestId);
      await issues.add(rows.issued);
      await settlements.add(rows.settled);
    },
    verifyOtp: (requestId) => attempts.add(verifiedRow(requestId)),
    echo: (requestId) => completions.add(answeredRow(requestId, 'echo')),
  };
}
