import type { ClosedDecision, ClosedOrder, ClosedState, DecideClosed } from '../../../ports/otp-store.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database, Query } from '../../postgres/database.ts';
import { parseClosedState } from '../rows/kept-words.ts';
import { ceilingsIn, misstepsIn, sendsOf } from './facts.ts';
import { misstepsOf } from './read-statements.ts';
import { toRecords } from './row-columns.ts';
import { PARTS_KEPT } from './write-statement.ts';
import { endOfUse } from './writer.ts';

/** Closed accounts of one server that wait for each other; they take one connection, whatever the directory says. */
const WAITING_MAX = 64;

/**
 * Closed accounts, one after the other on all servers: what is found out about them is locked first. They are rare, or
 * something is wrong, so each has a transaction of its own.
 */
export class ClosedGuard {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof closedGuardStatements>;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#sql = closedGuardStatements(schema);
  }

  /** See `OtpStore.weighClosed`. */
  async weigh(order: ClosedOrder, decide: DecideClosed): Promise<ClosedDecision> {
    if (this.#waiting >= WAITING_MAX) {
      throw new UnavailableError(`the database is busy: ${WAITING_MAX} closed accounts wait to be counted`);
    }
    this.#waiting += 1;
    const own = this.#last.then(() =>
      this.#database.transaction((query) => weighIn(query, this.#sql, order, decide)),
    );
    this.#last = own.catch(() => {});
    return own.finally(() => {
      this.#waiting -= 1;
    });
  }

  async state(): Promise<ClosedState | undefined> {
    const [row] = await this.#database.read(this.#sql.state);
    return parseClosedState(String(row?.['value'] ?? ''));
  }

  async setState(state: ClosedState): Promise<void> {
    await this.#database.write(this.#sql.setState, [JSON.stringify(state)]);
  }
}

async function weighIn(
  query: Query,
  sql: ReturnType<typeof closedGuardStatements>,
  { accountDigest, nowMs, sinceMs, ceilings }: ClosedOrder,
  decide: DecideClosed,
): Promise<ClosedDecision> {
  const [locked = {}] = await query(sql.lock);
  const wanted = ceilings.map(({ subject, windowMs }) => ({ subject, window_ms: windowMs }));
  const [row = {}] = await query(sql.facts, [accountDigest, sinceMs, toRecords(wanted)]);
  const noted = misstepsIn(row, 'account_missteps');
  const [seen, closed] = ceilings;
  const counted = ceilingsIn(row);
  const decision = decide({
    seen: noted('seen'),
    closed: noted('closed'),
    accounts: [sendsOf(counted, seen, nowMs), sendsOf(counted, closed, nowMs)],
    state: parseClosedState(String(locked['value'])),
  });
  // In the order in which batches of steps lock them.
  const raised = decision.raise.map(({ subject, windowMs, bucket }) => {
    return { subject, window_ms: windowMs, bucket, until_ms: endOfUse(windowMs, bucket) };
  });
  if (raised.length > 0) await query(sql.raise, [toRecords(raised)]);
  if (decision.sightings.length > 0) await query(sql.note, [accountDigest, nowMs, decision.sightings]);
  if (decision.state !== undefined) await query(sql.setState, [JSON.stringify(decision.state)]);
  return decision;
}

/** No statement scans a table but `meta`, which has some rows: a test asks PostgreSQL how it runs each. */
export function closedGuardStatements(schema: string) {
  return {
    state: `SELECT value FROM ${schema}.meta WHERE name = 'closed-accounts'`,
    /** Others wait here until this transaction has ended. */
    lock: `
      INSERT INTO ${schema}.meta AS t (name, value) VALUES ('closed-accounts', '')
      ON CONFLICT (name) DO UPDATE SET value = t.value RETURNING value`,
    facts: `
      SELECT ${misstepsOf(schema, 'o.account_digest', ['seen', 'closed'])} AS account_missteps, (
        SELECT json_agg(row_to_json(x)) FROM json_to_recordset($3::json) AS w(subject text, window_ms bigint)
        CROSS JOIN LATERAL (
          SELECT * FROM ${schema}.ceiling x WHERE x.subject = w.subject AND x.window_ms = w.window_ms LIMIT 1) x) AS ceilings
      FROM (SELECT $1::bytea AS account_digest, $2::bigint AS since_ms) o`,
    raise: `
      INSERT INTO ${schema}.ceiling AS t (subject, window_ms, raised, counts, until_ms)
      SELECT subject, window_ms, 1, jsonb_build_object(bucket, 1), until_ms
      FROM json_to_recordset($1::json) AS x(subject text, window_ms bigint, bucket bigint, until_ms bigint)
      ORDER BY subject, window_ms
      ON CONFLICT (subject, window_ms) DO UPDATE SET raised = t.raised + 1,
        until_ms = greatest(t.until_ms, excluded.until_ms),
        counts = (
          SELECT jsonb_object_agg(bucket, accounts) FROM (
            SELECT key AS bucket, sum(value::integer) AS accounts FROM (
              SELECT * FROM jsonb_each_text(t.counts) UNION ALL SELECT * FROM jsonb_each_text(excluded.counts)) both_counts
            GROUP BY key) summed
          WHERE bucket::bigint >
            (SELECT max(key::bigint) FROM jsonb_object_keys(excluded.counts) AS key) - ${PARTS_KEPT})`,
    note: `
      INSERT INTO ${schema}.misstep AS t (subject, kind, at_ms, times)
      SELECT $1, kind, $2, 1 FROM unnest($3::text[]) AS kind ORDER BY kind
      ON CONFLICT (subject, kind, at_ms) DO UPDATE SET times = t.times + 1`,
    setState: `
      INSERT INTO ${schema}.meta (name, value) VALUES ('closed-accounts', $1)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  } as const;
}
