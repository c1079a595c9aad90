import type { Database } from '../../postgres/database.ts';

/** A step takes milliseconds; whoever stalls for so long has lost the lead. */
const LEAD_SECONDS = 10;

/** Deletes what is past its retention, one server at a time: the others find nothing to do. */
export class Retention {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof retentionStatements>;
  readonly #holder: string;
  #hasLed = false;

  /** `holder`: a UUID that no other server has. */
  constructor(database: Database, schema: string, holder: string) {
    this.#database = database;
    this.#sql = retentionStatements(schema);
    this.#holder = holder;
  }

  /** See `OtpStore.sweep`. Resolves to 0, with nothing deleted, while another server leads. */
  async sweep(beforeMs: number, rowsMax: number): Promise<number> {
    const [lead] = await this.#database.write(this.#sql.lead, [this.#holder]);
    if (lead === undefined) return 0;
    this.#hasLed = true;
    const [swept] = await this.#database.write(this.#sql.sweep, [beforeMs, rowsMax, lead['term']]);
    const missteps = Number(swept?.['missteps']);
    return missteps === rowsMax ? rowsMax : Number(swept?.['requests']);
  }

  /** Lets another server lead at once. Where that fails, it waits until the lead has ended. */
  async stepDown(): Promise<void> {
    if (this.#hasLed) await this.#database.write(this.#sql.stepDown, [this.#holder]).catch(() => {});
  }
}

/** Times are those of the database: clocks of servers may differ. */
export function retentionStatements(schema: string) {
  const oldest = (table: string, key: string, time: string) => `
        DELETE FROM ${schema}.${table} WHERE EXISTS (SELECT FROM lead) AND ${time} < $1 AND (${key}) IN (
          SELECT ${key} FROM ${schema}.${table} WHERE ${time} < $1 ORDER BY ${time} LIMIT $2)`;
  return {
    /** Takes the lead or keeps it. No row: another one has it. */
    lead: `
      UPDATE ${schema}.retention_leader
      SET term = CASE WHEN holder = $1 AND expires_at >= now() THEN term ELSE term + 1 END,
        holder = $1, expires_at = now() + interval '${LEAD_SECONDS} s'
      WHERE id = 1 AND (holder = $1 OR expires_at < now()) RETURNING term`,
    stepDown: `
      UPDATE ${schema}.retention_leader SET holder = NULL, expires_at = now() WHERE id = 1 AND holder = $1`,
    /**
     * Deletes nothing in a term that has ended; nobody else can take the lead meanwhile. The age is asked for twice, since a
     * request may have come again after it was found. Accounts and numbers go with the last request of theirs, and that a number
     * is verified with the last one whose code was.
     */
    sweep: `
      WITH lead AS MATERIALIZED (
        SELECT FROM ${schema}.retention_leader WHERE id = 1 AND term = $3 AND expires_at > now() FOR SHARE),
      requests AS (${oldest('request', 'request_id, method', 'received_at_ms')}
        RETURNING account_digest, phone_number_digest),
      subjects AS (
        DELETE FROM ${schema}.subject WHERE received_at_ms < $1 AND digest = ANY (ARRAY(
          SELECT account_digest FROM requests UNION SELECT phone_number_digest FROM requests))),
      numbers AS (
        UPDATE ${schema}.subject SET verified_at_ms = NULL WHERE received_at_ms >= $1 AND verified_at_ms < $1
          AND digest = ANY (ARRAY(SELECT phone_number_digest FROM requests))),
      missteps AS (${oldest('misstep', 'subject, kind, at_ms', 'at_ms')} RETURNING 1),
      ceilings AS (${oldest('ceiling', 'subject, window_ms', 'until_ms')}),
      blocks AS (${oldest('block', 'subject', 'until_ms')}),
      nodes AS (
        DELETE FROM ${schema}.node WHERE EXISTS (SELECT FROM lead) AND seen_at < now() - interval '1 day')
      SELECT (SELECT count(*) FROM requests) AS requests, (SELECT count(*) FROM missteps) AS missteps`,
  } as const;
}
