/* A store of one's own, and what it reads of orders and decisions. */
import type {
  AccountPast,
  Association,
  AttemptDecision,
  AttemptFacts,
  AttemptOrder,
  Block,
  Ceiling,
  CeilingBucket,
  Challenge,
  ChallengeEvent,
  ChallengeState,
  ClosedDecision,
  ClosedFacts,
  ClosedOrder,
  ClosedState,
  CodeEnd,
  CompletionDecision,
  CompletionOrder,
  Counted,
  DecideAssociation,
  DecideClosed,
  DecideEnd,
  EndCodesOrder,
  Erased,
  EraseOrder,
  GrantedText,
  GuardBudget,
  GuardFacts,
  GuardFinding,
  GuardOrder,
  GuardVerdict,
  HeldCode,
  IssueDecision,
  IssueFacts,
  IssueOrder,
  Misstep,
  OtpContext,
  OtpStore,
  PhoneNumberPast,
  ReceiptDecision,
  ReceiptFacts,
  ReceiptOrder,
  ReceiptRecord,
  ReceivedText,
  RecordedAnswer,
  RecordedMethod,
  RequestHistory,
  RequestKey,
  RequestRecord,
  RequestState,
  RequestSubject,
  SettlementDecision,
  SettlementFacts,
  SettlementOrder,
  Sighting,
  StoredAnswer,
  SubmissionText,
  SubmittedText,
  Taken,
  TextCounts,
  UntoldOrder,
} from 'gsp-otp';

/** A store before another one, with every step in its types. */
export class WatchedStore implements OtpStore {
  readonly #store: OtpStore;
  readonly steps: string[] = [];

  constructor(store: OtpStore) {
    this.#store = store;
  }

  recall(key: RequestKey): Promise<RequestRecord | undefined> {
    const method: RecordedMethod = key.method;
    this.steps.push(`recall ${method}`);
    return this.#store.recall(key);
  }

  findChallenge(sendOtpRequestId: string): Promise<Challenge | undefined> {
    return this.#store.findChallenge(sendOtpRequestId);
  }

  issue(order: IssueOrder, decide: (facts: IssueFacts) => IssueDecision): Promise<IssueDecision> {
    return this.#store.issue(order, (facts) => {
      const past: AccountPast & PhoneNumberPast = facts.account;
      const texts: readonly Counted[] = past.texts;
      const guard: GuardFacts | undefined = facts.guard;
      const blocks: readonly (Block | undefined)[] = guard?.blocks ?? [];
      this.steps.push(`issue after ${texts.length} texts, ${blocks.length} blocks`);
      return decide(facts);
    });
  }

  settle(order: SettlementOrder, decide: (facts: SettlementFacts) => SettlementDecision): Promise<void> {
    return this.#store.settle(order, decide);
  }

  recordReceipt(
    order: ReceiptOrder,
    decide: (facts: ReceiptFacts) => ReceiptDecision,
  ): Promise<ReceiptDecision> {
    return this.#store.recordReceipt(order, (facts) => {
      const [text]: readonly ReceivedText[] = facts.texts.flat();
      const decision = decide(facts);
      const record: ReceiptRecord = decision.record;
      this.steps.push(`receipt of ${text?.challengeId}: ${record.kind}`);
      return decision;
    });
  }

  attempt(order: AttemptOrder, decide: (facts: AttemptFacts) => AttemptDecision): Promise<AttemptDecision> {
    return this.#store.attempt(order, decide);
  }

  complete(
    order: CompletionOrder,
    decide: (request: RequestRecord | undefined) => CompletionDecision,
  ): Promise<CompletionDecision> {
    return this.#store.complete(order, decide);
  }

  weighClosed(order: ClosedOrder, decide: DecideClosed): Promise<ClosedDecision> {
    return this.#store.weighClosed(order, (facts: ClosedFacts) => {
      const decision = decide(facts);
      const sightings: readonly Sighting[] = decision.sightings;
      this.steps.push(`closed after ${facts.accounts[1]}: ${sightings.join(' ')}`);
      return decision;
    });
  }

  closedState(): Promise<ClosedState | undefined> {
    return this.#store.closedState();
  }

  setClosedState(state: ClosedState): Promise<void> {
    return this.#store.setClosedState(state);
  }

  endCodes(order: EndCodesOrder, decide: DecideEnd): Promise<number> {
    return this.#store.endCodes(order, (code: HeldCode) => {
      const end: CodeEnd | undefined = decide(code);
      const event: ChallengeEvent | undefined = end?.event;
      this.steps.push(`${code.challengeId}: ${event?.event}`);
      return end;
    });
  }

  findAssociation(digest: Uint8Array): Promise<Association | undefined> {
    return this.#store.findAssociation(digest);
  }

  changeAssociation(digest: Uint8Array, decide: DecideAssociation): Promise<Association | undefined> {
    return this.#store.changeAssociation(digest, (known: Association | undefined) => {
      const decided = decide(known);
      this.steps.push(`association ${known?.state} to ${decided?.state}`);
      return decided;
    });
  }

  untoldAssociations(order: UntoldOrder): Promise<readonly Association[]> {
    return this.#store.untoldAssociations(order);
  }

  sweep(beforeMs: number, rowsMax: number): Promise<number> {
    return this.#store.sweep(beforeMs, rowsMax);
  }

  remember(nowMs: number): Promise<void> {
    return this.#store.remember(nowMs);
  }

  newestMoment(): Promise<number> {
    return this.#store.newestMoment();
  }

  blocks(nowMs: number): Promise<readonly Block[]> {
    return this.#store.blocks(nowMs);
  }

  history(requestId: string): Promise<readonly RequestHistory[]> {
    return this.#store.history(requestId);
  }

  erase(order: EraseOrder): Promise<Erased> {
    return this.#store.erase(order);
  }

  requestsOf(subject: RequestSubject, rowsMax?: number): Promise<readonly RequestHistory[]> {
    return this.#store.requestsOf(subject, rowsMax);
  }

  check(): Promise<void> {
    return this.#store.check();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** What a store reads of decisions: each kind is told from the others. */
export function kept(decision: IssueDecision): GuardVerdict | RecordedAnswer | Taken | undefined {
  if (decision.kind === 'replay' || decision.kind === 'conflict' || decision.kind === 'busy') return decision;
  if (decision.kind === 'answer') return decision.request;
  const granted: GrantedText = decision;
  const verdict: GuardVerdict | undefined = granted.guard;
  const finding: GuardFinding | undefined = verdict?.finding;
  const budget: GuardBudget | undefined = finding?.budget;
  return budget === undefined ? undefined : verdict;
}

export function missteps(decision: AttemptDecision): readonly Misstep[] {
  return decision.kind === 'judged' ? decision.missteps : [];
}

export function countedFor(order: GuardOrder): readonly Ceiling[] {
  return [...order.unverified, ...order.verified];
}

export function textOf(challenge: Challenge): SubmissionText | undefined {
  const context: OtpContext | undefined = challenge.otpContext;
  const state: ChallengeState = challenge.state;
  const text: SubmittedText | undefined = challenge.text;
  if (text === undefined || context === 'unknown' || state === 'issued') return undefined;
  return { gateway: text.gateway, messageId: text.messageId, receiptKey: undefined };
}

export function isOpen(request: RequestRecord | undefined): boolean {
  const state: RequestState | undefined = request?.state;
  return state === undefined || state === 'released';
}

/** What the texts of a challenge were counted in, one after another. */
export function bucketsOf({ counted }: Challenge): readonly CeilingBucket[] {
  return counted.flatMap(({ sends, unverified }: TextCounts) => [...sends, ...unverified]);
}

/** What is answered again, and whether a retry may be answered otherwise. */
export function answered({ answer, state }: RecordedAnswer): { answer: StoredAnswer; isFinal: boolean } {
  return { answer, isFinal: state === 'completed' };
}
