import { randomUUID } from 'node:crypto';
import type { Challenge } from '../../../ports/challenge.ts';
import type {
  Association,
  AttemptDecision,
  AttemptFacts,
  AttemptOrder,
  Block,
  ClosedDecision,
  ClosedOrder,
  ClosedState,
  CompletionDecision,
  CompletionOrder,
  DecideAssociation,
  DecideClosed,
  DecideEnd,
  EndCodesOrder,
  Erased,
  EraseOrder,
  IssueDecision,
  IssueFacts,
  IssueOrder,
  OtpStore,
  ReceiptDecision,
  ReceiptFacts,
  ReceiptOrder,
  RequestHistory,
  RequestKey,
  RequestRecord,
  RequestSubject,
  SettlementDecision,
  SettlementFacts,
  SettlementOrder,
  UntoldOrder,
} from '../../../ports/otp-store.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database, Rows } from '../../postgres/database.ts';
import { DatabaseError, sqlStateOf, storeFailure } from '../../postgres/failure.ts';
import { tablesOf } from '../../postgres/migrate.ts';
import { serverFaults } from '../../postgres/server-check.ts';
import { readAssociation } from '../rows/association-row.ts';
import { parseReached } from '../rows/kept-words.ts';
import { readBlock, readHeldCode, readInteger, readRequestRecord } from '../rows/otp-rows.ts';
import { associationIn, associationStep } from './associations.ts';
import { NO_CHANGE } from './changes.ts';
import { ClosedGuard } from './closed-guard.ts';
import { eraseIn } from './erase.ts';
import { challengeOf, historyOf, versionIn } from './facts.ts';
import { answeredImage } from './images.ts';
import {
  endingOf,
  type Judged,
  judgeAttemptOf,
  judgeIssueOf,
  judgeReceiptOf,
  judgeSettlementOf,
} from './judged.ts';
import { KeptFunctions } from './kept-functions.ts';
import { KnownRows } from './known-rows.ts';
import { storePart } from './migrations.ts';
import { plainStatements } from './read-statements.ts';
import { Reader } from './reader.ts';
import { Retention } from './retention.ts';
import { type Step, Steps } from './steps.ts';
import { Writer } from './writer.ts';

const CLOSED = 'the database is closed';

/**
 * The store on PostgreSQL, for many servers at once. A step reads the facts, lets the core decide, and writes with one
 * statement that checks whether what it was decided on still stands; else it is decided anew.
 */
export class PostgresOtpStore implements OtpStore {
  readonly #database: Database;
  readonly #schema: string;
  readonly #functions: KeptFunctions;
  readonly #sql: ReturnType<typeof plainStatements>;
  readonly #reader: Reader;
  readonly #known = new KnownRows();
  readonly #steps: Steps;
  readonly #closedGuard: ClosedGuard;
  readonly #retention: Retention;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  /** `schema`: where the tables are, as it stands in statements. `way`: `text` where nobody made the functions of steps. */
  constructor(database: Database, schema: string, way: 'call' | 'text' = 'call') {
    this.#database = database;
    this.#schema = schema;
    this.#functions = new KeptFunctions(database, schema, way);
    this.#sql = plainStatements(schema);
    this.#reader = new Reader(this.#functions, schema);
    const isDurable = async () => void (await database.write(this.#sql.check));
    this.#steps = new Steps(new Writer(this.#functions, schema), this.#reader, this.#known, isDurable);
    this.#closedGuard = new ClosedGuard(database, schema);
    this.#retention = new Retention(database, schema, randomUUID());
  }

  recall(key: RequestKey): Promise<RequestRecord | undefined> {
    return this.#during(async () => {
      const row = await this.#reader.row(key);
      if (row === undefined) this.#known.missed(key);
      return row && readRequestRecord(row);
    });
  }

  findChallenge(sendOtpRequestId: string): Promise<Challenge | undefined> {
    return this.#during(async () => challengeOf(await this.#reader.challenge(sendOtpRequestId), 0));
  }

  issue(order: IssueOrder, decide: (facts: IssueFacts) => IssueDecision): Promise<IssueDecision> {
    return this.#step({
      turn: Buffer.from(order.accountDigest).toString('base64'),
      read: () => this.#reader.issue(order),
      judge: (read) => judgeIssueOf(read, order, decide),
    });
  }

  settle(order: SettlementOrder, decide: (facts: SettlementFacts) => SettlementDecision): Promise<void> {
    const { requestId } = order;
    const key = { method: 'sendOtp', requestId } as const;
    return this.#step({
      turn: requestId,
      known: () => this.#known.take(key),
      read: () => this.#reader.row(key),
      judge: (row) => judgeSettlementOf(row, order, decide),
    });
  }

  recordReceipt(
    { keys, rivalKeys }: ReceiptOrder,
    decide: (facts: ReceiptFacts) => ReceiptDecision,
  ): Promise<ReceiptDecision> {
    const find = (some: readonly string[]) => Promise.all(some.map((key) => this.#reader.receipts(key)));
    return this.#step({
      turn: keys.join(' '),
      read: () => Promise.all([find(keys), find(rivalKeys)]),
      judge: ([texts, rivals]) => judgeReceiptOf(texts, rivals, decide),
    });
  }

  attempt(order: AttemptOrder, decide: (facts: AttemptFacts) => AttemptDecision): Promise<AttemptDecision> {
    return this.#step({
      turn: order.sendOtpRequestId,
      read: () => this.#reader.attempt(order),
      judge: (rows) => judgeAttemptOf(rows, order, decide),
    });
  }

  complete(
    order: CompletionOrder,
    decide: (request: RequestRecord | undefined) => CompletionDecision,
  ): Promise<CompletionDecision> {
    return this.#step({
      turn: order.key.requestId,
      known: () => this.#known.take(order.key),
      read: () => this.#reader.row(order.key),
      judge: (row): Judged<CompletionDecision> => {
        const decision = decide(row && readRequestRecord(row));
        if (decision.kind !== 'answer') return { decision };
        const image = answeredImage(row, order, decision.request);
        return {
          decision,
          change: { ...NO_CHANGE, rows: [{ image, based: row && versionIn(row, 'version') }] },
        };
      },
    });
  }

  async endCodes({ of, sinceMs }: EndCodesOrder, decide: DecideEnd): Promise<number> {
    const { codesOfAccount, codesOfPhoneNumber } = this.#sql;
    const statement = of.kind === 'account' ? codesOfAccount : codesOfPhoneNumber;
    const rows = await this.#ask(statement, [of.digest, sinceMs]);
    let ended = 0;
    for (const row of rows) {
      const requestId = String(row['request_id']);
      const isEnded = await this.#step({
        turn: requestId,
        read: () => this.#reader.row({ method: 'sendOtp', requestId }),
        judge: (current) => {
          // Another challenge by now is none of those that were asked about.
          if (current === undefined || current['challenge_id'] !== row['challenge_id'])
            return { decision: false };
          const end = decide(readHeldCode(current));
          return end === undefined ? { decision: false } : { decision: true, change: endingOf(current, end) };
        },
      });
      if (isEnded) ended += 1;
    }
    return ended;
  }

  weighClosed(order: ClosedOrder, decide: DecideClosed): Promise<ClosedDecision> {
    return this.#during(() => this.#closedGuard.weigh(order, decide));
  }

  closedState(): Promise<ClosedState | undefined> {
    return this.#during(() => this.#closedGuard.state());
  }

  setClosedState(state: ClosedState): Promise<void> {
    return this.#during(() => this.#closedGuard.setState(state));
  }

  findAssociation(digest: Uint8Array): Promise<Association | undefined> {
    return this.#during(() => associationIn(this.#reader, digest));
  }

  changeAssociation(digest: Uint8Array, decide: DecideAssociation): Promise<Association | undefined> {
    return this.#step(associationStep(this.#reader, digest, decide));
  }

  async untoldAssociations({ after, rowsMax }: UntoldOrder): Promise<readonly Association[]> {
    return (await this.#ask(this.#sql.untold, [after, rowsMax])).map(readAssociation);
  }

  sweep(beforeMs: number, rowsMax: number): Promise<number> {
    return this.#during(() => this.#retention.sweep(beforeMs, rowsMax));
  }

  async remember(nowMs: number): Promise<void> {
    await this.#during(() => this.#database.write(this.#sql.remember, [String(nowMs)]));
  }

  async newestMoment(): Promise<number> {
    const [row = {}] = await this.#ask(this.#sql.newestMoment, []);
    const atMs = readInteger(row, 'at_ms');
    return atMs === 0 ? 0 : Math.max(atMs, parseReached(row['reached']));
  }

  async blocks(nowMs: number): Promise<readonly Block[]> {
    return (await this.#ask(this.#sql.blocks, [nowMs])).map(readBlock);
  }

  async history(requestId: string): Promise<readonly RequestHistory[]> {
    return (await this.#ask(this.#sql.history, [requestId])).map(historyOf);
  }

  async requestsOf({ kind, digest }: RequestSubject, rowsMax = 100): Promise<readonly RequestHistory[]> {
    const { requestsOfAccount, requestsOfPhoneNumber } = this.#sql;
    const statement = kind === 'account' ? requestsOfAccount : requestsOfPhoneNumber;
    return (await this.#ask(statement, [digest, rowsMax])).map(historyOf);
  }

  erase(order: EraseOrder): Promise<Erased> {
    return this.#during(() => eraseIn(this.#database, this.#schema, order));
  }

  /** A write that must be durable, and what all that steps ask needs: functions, tables, columns and rights. */
  async check(): Promise<void> {
    await this.#during(async () => {
      try {
        await this.#database.write(this.#sql.check);
        await this.#functions.check();
      } catch (error) {
        throw await this.#inOurWords(error);
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await this.#retention.stepDown();
    await this.#database.close();
  }

  /** With the statement that mends it, where there is one. */
  async #inOurWords(error: unknown): Promise<unknown> {
    if (!(error instanceof DatabaseError) || sqlStateOf(error.cause) === undefined) return error;
    const faults = await serverFaults(this.#database, this.#schema, tablesOf(storePart));
    if (faults.length > 0) return new UnavailableError(faults.join('; '), { cause: error.cause });
    return this.#functions.make().then(
      () => error,
      (fault: unknown) => fault,
    );
  }

  #ask(text: string, values: readonly unknown[]): Promise<Rows> {
    return this.#during(() => this.#database.read(text, values));
  }

  #step<Facts, Decision>(step: Step<Facts, Decision>): Promise<Decision> {
    return this.#during(() => this.#steps.run(step));
  }

  async #during<T>(run: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new UnavailableError(CLOSED);
    const running = run();
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw storeFailure(error);
    } finally {
      this.#underWay.delete(running);
    }
  }
}
