import type { AttemptOrder, IssueOrder, RequestKey } from '../../../ports/otp-store.ts';
import { Batcher } from '../../postgres/batcher.ts';
import type { Rows } from '../../postgres/database.ts';
import type { Row } from '../rows/otp-rows.ts';
import { type AttemptRows, blocksIn, ceilingsIn, type IssueRead, placeOf } from './facts.ts';
import type { KeptFunctions } from './kept-functions.ts';
import type { KeptStatement } from './kept-statement.ts';
import { readStatements } from './read-statements.ts';
import { toRecords } from './row-columns.ts';

/** Questions that share a statement. */
const QUESTIONS_MAX = 64;
/** Statements of one kind at once. */
const BATCHES_MAX = 1;

type AttemptQuestion = RequestKey & Pick<AttemptOrder, 'sinceMs'>;

/** Reads what steps are decided on; questions of one kind and of the same moment share a statement. */
export class Reader {
  readonly #rows: Batcher<RequestKey, Row | undefined>;
  readonly #challenges: Batcher<RequestKey, Row | undefined>;
  readonly #attempts: Batcher<AttemptQuestion, Row | undefined>;
  readonly #issues: Batcher<IssueOrder, IssueRead>;
  readonly #receipts: Batcher<string, Rows>;
  readonly #associations: Batcher<Uint8Array, Row | undefined>;

  constructor(functions: KeptFunctions, schema: string) {
    const sql = readStatements(schema);
    const batcher = <In, Out>(run: (items: readonly In[]) => Promise<readonly Out[]>) =>
      new Batcher<In, Out>({ batchesMax: BATCHES_MAX, itemsMax: QUESTIONS_MAX, run });
    const ask = <In, Out>(
      statement: KeptStatement,
      recordOf: (item: In) => object,
      outcomeOf: (rows: Rows) => Out,
    ) =>
      batcher<In, Out>(async (items) => {
        const rows = await functions.ask(statement, [numbered(items.map(recordOf))]);
        const found = Map.groupBy(rows, ({ n }) => n);
        return items.map((_, n) => outcomeOf(found.get(n) ?? []));
      });
    const one = ([row]: Rows) => row;
    this.#rows = ask(sql.rows, keyRecord, one);
    this.#challenges = ask(sql.challenges, keyRecord, one);
    this.#attempts = ask(sql.attempts, (item) => ({ ...keyRecord(item), since_ms: item.sinceMs }), one);
    this.#issues = batcher(async (orders) => issueReads(await functions.ask(sql.issue, issueValues(orders))));
    this.#receipts = ask(
      sql.receipts,
      (key) => ({ receipt_key: key }),
      (rows) => rows,
    );
    this.#associations = ask(sql.associations, (digest) => ({ digest }), one);
  }

  /** The row of a request. `undefined`: there is none. */
  row(key: RequestKey): Promise<Row | undefined> {
    return this.#rows.add(key);
  }

  /** The row of a sendOtp request, with `newer`: what may supersede its challenge. */
  challenge(requestId: string): Promise<Row | undefined> {
    return this.#challenges.add({ method: 'sendOtp', requestId });
  }

  /** All that an issue is decided on. */
  issue(order: IssueOrder): Promise<IssueRead> {
    return this.#issues.add(order);
  }

  /**
   * The rows of the attempt itself, and of the sendOtp whose code was typed, with what that is judged by; and of the association
   * that it asks for.
   */
  attempt({ key, sendOtpRequestId, sinceMs, associationDigest }: AttemptOrder): Promise<AttemptRows> {
    return Promise.all([
      this.#attempts.add({ ...key, sinceMs }),
      this.#attempts.add({ method: 'sendOtp', requestId: sendOtpRequestId, sinceMs }),
      associationDigest && this.#associations.add(associationDigest),
    ]);
  }

  /** The association with that digest. `undefined`: there is none. */
  association(digest: Uint8Array): Promise<Row | undefined> {
    return this.#associations.add(digest);
  }

  /** The texts that are filed under a key. */
  receipts(key: string): Promise<Rows> {
    return this.#receipts.add(key);
  }
}

function numbered(records: readonly object[]): string {
  return toRecords(records.map((record, n) => ({ n, ...record })));
}

function keyRecord({ method, requestId }: RequestKey): object {
  return { method, request_id: requestId };
}

/** Ceilings and subjects of blocks once each, for many texts are counted under the same ones. */
function issueValues(orders: readonly IssueOrder[]): readonly string[] {
  const ceilings = new Map<string, object>();
  const guarded = new Set<string>();
  for (const { ceilings: quotas, guard } of orders) {
    for (const ceiling of [...quotas, ...(guard?.unverified ?? []), ...(guard?.verified ?? [])]) {
      ceilings.set(placeOf(ceiling), { subject: ceiling.subject, window_ms: ceiling.windowMs });
    }
    for (const { subject } of guard?.unverified ?? []) guarded.add(subject);
  }
  return [
    numbered(orders.map(issueRecord)),
    JSON.stringify([...ceilings.values()]),
    JSON.stringify([...guarded]),
  ];
}

function issueRecord({ requestId, accountDigest, phoneNumberDigest, sinceMs }: IssueOrder): object {
  return {
    request_id: requestId,
    account_digest: accountDigest,
    phone_number_digest: phoneNumberDigest,
    since_ms: sinceMs,
  };
}

function issueReads(rows: Rows): readonly IssueRead[] {
  const inOrder = rows.toSorted((one, other) => Number(one['n']) - Number(other['n']));
  const [first] = inOrder;
  if (first === undefined) return [];
  const shared = { ceilings: ceilingsIn(first), blocks: blocksIn(first) };
  return inOrder.map((row) => ({ row, ...shared }));
}
