import { createHash } from 'node:crypto';
import { judgeSettlement, type SubmissionNews } from '../../src/domain/challenge/judge-settlement.ts';
import { bucketsOf, textCounts } from '../../src/domain/limits/text-counts.ts';
import type { Challenge } from '../../src/ports/challenge.ts';
import type {
  Association,
  AttemptDecision,
  AttemptFacts,
  AttemptOrder,
  CompletionOrder,
  GrantedText,
  IssueDecision,
  IssueFacts,
  IssueOrder,
  Misstep,
  OtpStore,
  RecordedAnswer,
  SettlementOrder,
} from '../../src/ports/otp-store.ts';

/** A moment; all others are told from it. */
export const T0 = 1_790_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** 16 bytes that stand for `name`. */
export function digest(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(name).digest().subarray(0, 16));
}

/** A challenge of the account `maria`, issued at T0 for five minutes. */
export function aChallenge(changes: Partial<Challenge> = {}): Challenge {
  const issuedAtMs = changes.issuedAtMs ?? T0;
  return {
    challengeId: 'challenge-0000-1',
    state: 'submitting',
    nonce: digest('nonce'),
    secretId: 'secret-1',
    codeLength: 6,
    accountDigest: digest('maria'),
    phoneNumberDigest: digest('number of maria'),
    otpContext: 'association',
    issuedAtMs,
    expiresAtMs: issuedAtMs + 5 * MINUTE,
    expiresAtWallMs: issuedAtMs + 5 * MINUTE,
    recipient: new Uint8Array([1, 2, 3]),
    submissions: 1,
    failedAttempts: 0,
    uses: [],
    country: 'CA',
    numberPrefix: '+1403555',
    counted: [],
    text: undefined,
    ...changes,
  };
}

export function anIssue(requestId: string, changes: Partial<IssueOrder> = {}): IssueOrder {
  const nowMs = changes.nowMs ?? T0;
  return {
    requestId,
    fingerprint: digest('fingerprint'),
    owner: 'server-1',
    nowMs,
    leaseExpiresAtMs: nowMs + 30_000,
    accountDigest: digest('maria'),
    phoneNumberDigest: digest('number of maria'),
    sinceMs: nowMs - DAY,
    ceilings: [],
    guard: undefined,
    ...changes,
  };
}

const RESUMED = { atMs: T0 + MINUTE, event: 'resumed', detail: '' };

/** A text of `challenge` that is handed over, counted as the order has it. */
export function granted(kind: GrantedText['kind'], challenge: Challenge, order: IssueOrder): GrantedText {
  const counts = textCounts(order.ceilings, order.guard, order.nowMs);
  const counted = [...challenge.counted, counts];
  const events = kind === 'issue' ? [] : [RESUMED];
  return {
    kind,
    challenge: { ...challenge, state: 'submitting', counted },
    raise: bucketsOf(counts),
    events,
  };
}

/** Issues `challenge` whatever the facts, and counts it nowhere. */
export function toIssue(challenge: Challenge): (facts: IssueFacts) => IssueDecision {
  return () => ({ kind: 'issue', challenge, raise: [], events: [] });
}

/** Puts `challenge` back to work whatever the facts, and counts it nowhere. */
export function toResume(challenge: Challenge): (facts: IssueFacts) => IssueDecision {
  const resumed = { ...challenge, state: 'submitting' } as const;
  return () => ({ kind: 'resume', challenge: resumed, raise: [], events: [RESUMED] });
}

/** Issues unless the request is known; the twins of a claim are turned away. */
export function toIssueOnce(challenge: Challenge): (facts: IssueFacts) => IssueDecision {
  return ({ request }) => {
    if (request === undefined) return { kind: 'issue', challenge, raise: [], events: [] };
    return request.state === 'completed' ? { kind: 'replay', record: request } : { kind: 'busy' };
  };
}

/** Issues a challenge of its own for `requestId`; yields it. */
export async function issue(
  store: OtpStore,
  requestId: string,
  changes: Partial<Challenge> = {},
  order: Partial<IssueOrder> = {},
): Promise<Challenge> {
  const challenge = aChallenge({ challengeId: idFor(requestId), issuedAtMs: order.nowMs ?? T0, ...changes });
  const { accountDigest, phoneNumberDigest } = challenge;
  const issueOrder = anIssue(requestId, { accountDigest, phoneNumberDigest, ...order });
  const decision = granted('issue', challenge, issueOrder);
  await store.issue(issueOrder, () => decision);
  return decision.challenge;
}

/** 16 characters, another for each request id. */
export function idFor(requestId: string): string {
  return Buffer.from(digest(requestId)).toString('base64url').slice(0, 16);
}

/** News of a text, and which challenge of which request they are about. */
export type TextNews = SettlementOrder & SubmissionNews;

/** Settles a text as the rules have it. */
export function settleText(store: Pick<OtpStore, 'settle'>, news: TextNews): Promise<void> {
  const { requestId, challengeId, nowMs } = news;
  return store.settle({ requestId, challengeId, nowMs }, (facts) => judgeSettlement(facts, news));
}

/** What the store is asked to note when the text of `challenge` was accepted. */
export function accepted(requestId: string, changes: Partial<TextNews> = {}): TextNews {
  const nowMs = changes.nowMs ?? T0 + 200;
  const challengeId = changes.challengeId ?? idFor(requestId);
  return {
    requestId,
    challengeId,
    submission: 1,
    nowMs,
    state: 'sent',
    event: { atMs: nowMs, event: 'accepted', detail: 'primary SM-1' },
    text: { gateway: 'primary', messageId: 'SM-1', receiptKey: `primary:SM-${requestId}` },
    answer: { result: 'SUCCESS', integratorId: challengeId },
    retryable: false,
    ...changes,
  };
}

/** The same for a text that was refused, which releases the request. */
export function refused(requestId: string, changes: Partial<TextNews> = {}): TextNews {
  const nowMs = changes.nowMs ?? T0 + 200;
  return accepted(requestId, {
    state: 'issued',
    event: { atMs: nowMs, event: 'refused', detail: 'primary gateway-down' },
    text: undefined,
    answer: { result: 'MESSAGE_UNABLE_TO_BE_SENT', integratorId: idFor(requestId) },
    retryable: true,
    ...changes,
  });
}

/** The same for a text of which nobody knows whether it left. */
export function unknown(requestId: string, changes: Partial<TextNews> = {}): TextNews {
  const nowMs = changes.nowMs ?? T0 + 200;
  return refused(requestId, {
    state: 'ambiguous',
    event: { atMs: nowMs, event: 'unknown', detail: 'primary timeout' },
    ...changes,
  });
}

export function anAttempt(
  requestId: string,
  sendOtpRequestId: string,
  changes: Partial<AttemptOrder> = {},
): AttemptOrder {
  const nowMs = changes.nowMs ?? T0 + MINUTE;
  return {
    key: { method: 'verifyOtp', requestId },
    fingerprint: digest(`fingerprint of ${requestId}`),
    owner: 'server-1',
    nowMs,
    sendOtpRequestId,
    challengeId: idFor(sendOtpRequestId),
    sinceMs: nowMs - DAY,
    ...changes,
  };
}

/** Judges a code as the rules have it: five wrong ones and no more, one success and no other. */
export function toJudge(order: AttemptOrder, matches: boolean): (facts: AttemptFacts) => AttemptDecision {
  return ({ request, challenge }) => {
    if (request !== undefined) return { kind: 'replay', record: request };
    if (challenge === undefined) return { kind: 'absent' };
    const live =
      challenge.state === 'sent' || challenge.state === 'submitting' || challenge.state === 'ambiguous';
    const judged = (
      result: string,
      event: string,
      state = challenge.state,
      failedAttempts = challenge.failedAttempts,
      missteps: readonly Misstep[] = [],
    ) =>
      ({
        kind: 'judged',
        request: {
          state: 'completed',
          answer: { result, integratorId: idFor(order.key.requestId) },
          reason: event,
        },
        state: state === challenge.state ? undefined : state,
        failedAttempts,
        uses: result === 'SUCCESS' ? (['verifyOtp'] as const) : undefined,
        missteps,
        association: undefined,
        counted: undefined,
        lower: [],
        raise: [],
        event: { atMs: order.nowMs, event, detail: order.key.requestId },
      }) as const;
    if (!live) {
      const { state, failedAttempts } = challenge;
      return judged('OTP_NOT_MATCHED', state, state, failedAttempts, ['uncompared']);
    }
    if (matches) return judged('SUCCESS', 'verified', 'verified');
    const failed = challenge.failedAttempts + 1;
    return failed >= 5
      ? judged('OTP_NOT_MATCHED', 'exhausted', 'exhausted', failed, ['wrong', 'exhausted'])
      : judged('OTP_NOT_MATCHED', 'wrong', challenge.state, failed, ['wrong']);
  };
}

/** An association id of the account `maria` that came through the store. */
export function anAssociation(name: string, changes: Partial<Association> = {}): Association {
  return {
    digest: digest(name),
    accountDigest: digest('maria'),
    sealed: new Uint8Array([1, 2, 3]),
    attempt: `attempt of ${name}`,
    ...({ state: 'associated', isTold: false, atMs: T0 } as const),
    ...changes,
  };
}

/** An answer, and for which request it is. */
export type Completion = CompletionOrder & RecordedAnswer;

export function anEcho(requestId: string, changes: Partial<Completion> = {}): Completion {
  return {
    key: { method: 'echo', requestId },
    fingerprint: digest('fingerprint'),
    owner: 'server-1',
    nowMs: T0,
    state: 'completed',
    answer: { result: '', integratorId: '' },
    reason: '',
    ...changes,
  };
}

/** What the limits know of an account without a past, and of its number. */
export const NO_PAST = {
  account: { texts: [], refusedTexts: [], wrongCodes: [], uncomparedCodes: [], exhaustions: [], seen: [] },
  phoneNumber: { texts: [], refusedTexts: [] },
} as const;

/** What a store tells of a sendOtp of such an account, if it knows nothing else either. */
export const NOTHING_KNOWN: IssueFacts = {
  request: undefined,
  challenge: undefined,
  ...NO_PAST,
  ownTexts: [],
  ceilingSends: [],
  guard: undefined,
};

/** Facts of the next sendOtp of the account, which is then not made. */
export async function factsFor(
  store: OtpStore,
  requestId: string,
  changes: Partial<IssueOrder> = {},
): Promise<IssueFacts> {
  const seen: IssueFacts[] = [];
  await store.issue(anIssue(requestId, changes), (facts) => {
    seen.push(facts);
    return { kind: 'busy' };
  });
  const facts = seen.at(-1);
  if (facts === undefined) throw new Error('nothing was decided');
  return facts;
}
