import type { AttemptOrder, IssueOrder, RequestKey } from '../../../ports/otp-store.ts';
import { Batcher } from '../../postgres/batcher.ts';
import type { Database, Rows } from '../../postgres/database.ts';
import type { Row } from '../rows/otp-rows.ts';
import { readStatements } from './read-statements.ts';
import { toRecords } from './row-columns.ts';

/** Questions that share a statement. */
const QUESTIONS_MAX = 64;
/** Statements of one kind at once. */
const BATCHES_MAX = 2;

/** Reads what steps are decided on; questions of one kind and of the same moment share a statement. */
export class Reader {
  readonly #rows: Batcher<RequestKey, Row | undefined>;
  readonly #challenges: Batcher<string, Row | undefined>;
  readonly #issues: Batcher<IssueOrder, Row>;
  readonly #attempts: Batcher<AttemptOrder, Row | undefined>;
  readonly #receipts: Batcher<string, Rows>;

  constructor(database: Database, schema: string) {
    const sql = readStatements(schema);
    const ask = <In, Out>(
      text: string,
      recordOf: (item: In) => object,
      outcomeOf: (rows: Rows, item: In) => Out,
    ) =>
      new Batcher<In, Out>({
        batchesMax: BATCHES_MAX,
        itemsMax: QUESTIONS_MAX,
        async run(items) {
          const records = items.map((item, n) => ({ n, ...recordOf(item) }));
          const found = Map.groupBy(await database.read(text, [toRecords(records)]), ({ n }) => n);
          return items.map((item, n) => outcomeOf(found.get(n) ?? [], item));
        },
      });
    const one = ([row]: Rows) => row;
    this.#rows = ask(sql.rows, ({ method, requestId }) => ({ method, request_id: requestId }), one);
    this.#challenges = ask(sql.challenges, (requestId) => ({ request_id: requestId }), one);
    this.#issues = ask(sql.issue, issueRecord, ([row]) => {
      if (row === undefined) throw new TypeError('a question was not answered');
      return row;
    });
    this.#attempts = ask(
      sql.attempt,
      ({ sendOtpRequestId, sinceMs }) => ({ request_id: sendOtpRequestId, since_ms: sinceMs }),
      one,
    );
    this.#receipts = ask(
      sql.receipts,
      (key) => ({ receipt_key: key }),
      (rows) => rows,
    );
  }

  /** The row of a request. `undefined`: there is none. */
  row(key: RequestKey): Promise<Row | undefined> {
    return this.#rows.add(key);
  }

  /** The row of a sendOtp request, with `newer`: what may supersede its challenge. */
  challenge(sendOtpRequestId: string): Promise<Row | undefined> {
    return this.#challenges.add(sendOtpRequestId);
  }

  /** All that an issue is decided on, and the row of the request as far as there is one. */
  issue(order: IssueOrder): Promise<Row> {
    return this.#issues.add(order);
  }

  /** What the challenge that a code was typed for is judged by. `undefined`: there is no such sendOtp. */
  attempt(order: AttemptOrder): Promise<Row | undefined> {
    return this.#attempts.add(order);
  }

  /** The texts that are filed under a key. */
  receipts(key: string): Promise<Rows> {
    return this.#receipts.add(key);
  }
}

function issueRecord(order: IssueOrder): object {
  const { guard, ceilings } = order;
  const counted = guard === undefined ? ceilings : [...ceilings, ...guard.unverified, ...guard.verified];
  return {
    request_id: order.requestId,
    account_digest: order.accountDigest,
    phone_number_digest: order.phoneNumberDigest,
    since_ms: order.sinceMs,
    now_ms: order.nowMs,
    ceilings: counted.map(({ subject, windowMs }) => ({ subject, window_ms: windowMs })),
    guarded: guard?.unverified.map(({ subject }) => subject) ?? [],
  };
}
