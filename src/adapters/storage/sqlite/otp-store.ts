import type { DatabaseSync } from 'node:sqlite';
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
import type { MigrationResult } from '../../sqlite/database-kind.ts';
import { openingFailure } from '../../sqlite/failure.ts';
import { readAssociation } from '../rows/association-row.ts';
import { countedColumn } from '../rows/counted-column.ts';
import { parseReached } from '../rows/kept-words.ts';
import { eventLines, readBlock, readRequestRecord, readSubmission } from '../rows/otp-rows.ts';
import { associationIn, keepAssociation } from './associations.ts';
import { attemptFacts, recordAttempt } from './attempts.ts';
import { countSends, lowerCeilings } from './ceilings.ts';
import { challengeIn, historyIn } from './challenge-rows.ts';
import { issueChallenge, recordAnswer, resumeChallenge } from './claims.ts';
import { readClosedState, weighClosed, writeClosedState } from './closed-guard.ts';
import { endCodesOf } from './end-codes.ts';
import { eraseIn } from './erase.ts';
import { beginBlocks, gatherGuardFacts } from './guard-facts.ts';
import { noteReceipt } from './note-receipt.ts';
import { type OtpStatements, prepareOtpStatements } from './otp-statements.ts';
import { gatherPast } from './past-facts.ts';
import { writeRevokedKeys } from './revoked-keys.ts';
import { SqliteEngine, type SqliteOptions } from './sqlite-engine.ts';

/**
 * Opens the embedded store, and brings its schema up to date unless it is opened beside a server. Throws
 * `UnavailableError`, with nothing changed, if another process serves from the file, or the file is not a database
 * of this environment and of a schema version that this program knows. [ENV-1]
 */
export function openSqliteOtpStore(options: SqliteOptions): SqliteOtpStore {
  const engine = new SqliteEngine(options);
  try {
    return new SqliteOtpStore(engine);
  } catch (error) {
    void engine.close();
    throw openingFailure(error, options.file);
  }
}

/** The store on SQLite: it gathers the facts, lets the core decide, and applies the decision, in one transaction. */
export class SqliteOtpStore implements OtpStore {
  readonly #engine: SqliteEngine;
  readonly #sql: OtpStatements;

  constructor(engine: SqliteEngine) {
    this.#engine = engine;
    this.#sql = prepareOtpStatements(engine.database);
    // A database that was patched together may be sound page by page.
    for (const row of this.#sql.findNewest.all()) historyIn(this.#sql, row);
    // Nobody else has the file, so nobody is at work on what is still claimed. [OQ-28]
    if (engine.migration === undefined) return;
    this.#sql.endLeases.run();
    // Where no request is there is nothing that a wrong clock could spoil, and this may be of one that was wrong. [OQ-69]
    if (this.#newestMoment() === 0) this.#sql.forgetReached.run();
  }

  /** For what is done before the server begins. */
  get database(): DatabaseSync {
    return this.#engine.database;
  }

  /** Transactions that changed something since the store was opened; one may serve many steps. */
  get durableCommits(): number {
    return this.#engine.durableCommits;
  }

  /** What opening did to the schema. `undefined`: opened beside a server. */
  get migration(): MigrationResult | undefined {
    return this.#engine.migration;
  }

  /** Has them known as revoked for good, at least one. */
  keepRevokedKeys(fingerprints: readonly string[]): Promise<void> {
    return this.#engine.step(() => writeRevokedKeys(this.#engine.database, fingerprints));
  }

  recall({ requestId, method }: RequestKey): Promise<RequestRecord | undefined> {
    return this.#engine.read(() => {
      const row = this.#sql.findRequest.get(requestId, method);
      return row && readRequestRecord(row);
    });
  }

  findChallenge(sendOtpRequestId: string): Promise<Challenge | undefined> {
    return this.#engine.read(() => {
      const row = this.#sql.findSendOtp.get(sendOtpRequestId);
      return challengeIn(this.#sql, row, 0);
    });
  }

  history(requestId: string): Promise<readonly RequestHistory[]> {
    return this.#engine.read(() =>
      this.#sql.findHistory.all(requestId).map((row) => historyIn(this.#sql, row)),
    );
  }

  requestsOf({ kind, digest }: RequestSubject, rowsMax = 100): Promise<readonly RequestHistory[]> {
    const { findRequestsOfAccount, findRequestsOfPhoneNumber } = this.#sql;
    const statement = kind === 'account' ? findRequestsOfAccount : findRequestsOfPhoneNumber;
    return this.#engine.read(() => statement.all(digest, rowsMax).map((row) => historyIn(this.#sql, row)));
  }

  issue(order: IssueOrder, decide: (facts: IssueFacts) => IssueDecision): Promise<IssueDecision> {
    const key = { method: 'sendOtp', requestId: order.requestId } as const;
    return this.#engine.step(() => {
      const row = this.#sql.findSendOtp.get(order.requestId);
      const decision = decide({
        request: row && readRequestRecord(row),
        challenge: challengeIn(this.#sql, row, order.nowMs),
        ...gatherPast(this.#sql, order, row),
        ceilingSends: order.ceilings.map((ceiling) => countSends(this.#sql, ceiling, order.nowMs)),
        guard: order.guard && gatherGuardFacts(this.#sql, order.guard, order),
      });
      if (decision.kind === 'issue') issueChallenge(this.#sql, order, decision);
      if (decision.kind === 'resume') resumeChallenge(this.#sql, order, decision, row);
      if (decision.kind === 'answer') recordAnswer(this.#sql, { ...order, key }, decision.request);
      if ('guard' in decision) beginBlocks(this.#sql, decision.guard?.begin ?? [], order.nowMs);
      return decision;
    });
  }

  settle(
    { requestId, challengeId, nowMs }: SettlementOrder,
    decide: (facts: SettlementFacts) => SettlementDecision,
  ): Promise<void> {
    return this.#engine.step(() => {
      const row = this.#sql.findSubmission.get(requestId, challengeId);
      if (row === undefined) return;
      const { id, accountDigest, phoneNumberDigest, ...facts } = readSubmission(row);
      const { request, state, submissions, event, text, refused, counted, lower } = decide(facts);
      const counts = counted === undefined ? null : countedColumn(counted);
      const told = [state, submissions, counts, eventLines(event), id] as const;
      if (request === undefined) this.#sql.settleChallenge.run(...told);
      else {
        const { result, integratorId } = request.answer;
        this.#sql.settle.run(request.state, nowMs, result, integratorId, request.reason || null, ...told);
      }
      if (text !== undefined) {
        const { gateway, messageId, receiptKey } = text;
        this.#sql.noteText.run(gateway, messageId ?? null, nowMs, receiptKey ?? null, id);
      }
      lowerCeilings(this.#sql, lower);
      if (!refused) return;
      this.#sql.countMisstep.run(accountDigest, 'refused', nowMs, 1);
      this.#sql.countMisstep.run(phoneNumberDigest, 'refused', nowMs, 1);
    });
  }

  recordReceipt(
    order: ReceiptOrder,
    decide: (facts: ReceiptFacts) => ReceiptDecision,
  ): Promise<ReceiptDecision> {
    return this.#engine.step(() => noteReceipt(this.#sql, order, decide));
  }

  blocks(nowMs: number): Promise<readonly Block[]> {
    return this.#engine.read(() => this.#sql.findBlocks.all(nowMs).map(readBlock));
  }

  attempt(order: AttemptOrder, decide: (facts: AttemptFacts) => AttemptDecision): Promise<AttemptDecision> {
    return this.#engine.step(() => {
      const row = this.#sql.findSendOtp.get(order.sendOtpRequestId);
      const facts = attemptFacts(this.#sql, order, row);
      const decision = decide(facts);
      if (decision.kind === 'judged') recordAttempt(this.#sql, order, decision, row, facts.challenge);
      return decision;
    });
  }

  complete(
    order: CompletionOrder,
    decide: (request: RequestRecord | undefined) => CompletionDecision,
  ): Promise<CompletionDecision> {
    const { key } = order;
    return this.#engine.step(() => {
      const row = this.#sql.findRequest.get(key.requestId, key.method);
      const decision = decide(row && readRequestRecord(row));
      if (decision.kind === 'answer') recordAnswer(this.#sql, order, decision.request);
      return decision;
    });
  }

  weighClosed(order: ClosedOrder, decide: DecideClosed): Promise<ClosedDecision> {
    return this.#engine.step(() => weighClosed(this.#sql, order, decide));
  }

  closedState(): Promise<ClosedState | undefined> {
    return this.#engine.read(() => readClosedState(this.#sql));
  }

  setClosedState(state: ClosedState): Promise<void> {
    return this.#engine.step(() => writeClosedState(this.#sql, state));
  }

  sweep(beforeMs: number, rowsMax: number): Promise<number> {
    return this.#engine.step(() => {
      const requests = Number(this.#sql.sweep.run(beforeMs, rowsMax).changes);
      const counts = Number(this.#sql.sweepMissteps.run(beforeMs, rowsMax).changes);
      return counts === rowsMax ? rowsMax : requests;
    });
  }

  endCodes({ of, sinceMs }: EndCodesOrder, decide: DecideEnd): Promise<number> {
    const { findCodesOfAccount, findCodesOfPhoneNumber } = this.#sql;
    const statement = of.kind === 'account' ? findCodesOfAccount : findCodesOfPhoneNumber;
    return this.#engine.step(() => endCodesOf(this.#sql, statement.all(of.digest, sinceMs), decide));
  }

  erase(order: EraseOrder): Promise<Erased> {
    return this.#engine.step(() => eraseIn(this.#sql, order));
  }

  findAssociation(digest: Uint8Array): Promise<Association | undefined> {
    return this.#engine.read(() => associationIn(this.#sql, digest));
  }

  changeAssociation(digest: Uint8Array, decide: DecideAssociation): Promise<Association | undefined> {
    return this.#engine.step(() => {
      const decided = decide(associationIn(this.#sql, digest));
      if (decided !== undefined) keepAssociation(this.#sql, decided);
      return decided;
    });
  }

  untoldAssociations({ after, rowsMax }: UntoldOrder): Promise<readonly Association[]> {
    return this.#engine.read(() => this.#sql.findUntold.all(after, rowsMax).map(readAssociation));
  }

  remember(nowMs: number): Promise<void> {
    return this.#engine.step(() => void this.#sql.remember.run(String(nowMs)));
  }

  newestMoment(): Promise<number> {
    return this.#engine.read(() => this.#newestMoment());
  }

  /** Why it can't be relied on at present; looks at its files. `undefined`: all is well. */
  fault(): string | undefined {
    return this.#engine.fault();
  }

  async check(): Promise<void> {
    const fault = this.fault();
    if (fault !== undefined) throw new UnavailableError(fault);
    await this.#engine.step(() => void this.#sql.check.run());
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  #newestMoment(): number {
    const newest = this.#sql.newestMoment.get();
    const atMs = Number(newest?.['at_ms'] ?? 0);
    return atMs === 0 ? 0 : Math.max(atMs, parseReached(newest?.['reached']));
  }
}
