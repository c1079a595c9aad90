import type { Challenge } from '../../ports/challenge.ts';
import type { GrantedText, GuardOrder, IssueDecision, IssueFacts } from '../../ports/otp-store.ts';
import { type Claimant, judgeClaim } from '../judge-claim.ts';
import { isNewSighting, seenBuckets } from '../limits/closed-guard.ts';
import { judgeByGuard } from '../limits/money-guard.ts';
import type { OtpPolicy } from '../limits/otp-policy.ts';
import { type CountedCeiling, refusingQuota } from '../limits/quotas.ts';
import { bucketsOf, textCounts } from '../limits/text-counts.ts';
import type { Moment } from '../moment.ts';
import type { SendOtpResult } from '../outcome.ts';
import { isExpired, mayHaveLeft, SUBMISSIONS_MAX } from './challenge.ts';
import { moved } from './moved.ts';
import { sameBytes } from './same-bytes.ts';

export interface IssueQuestion extends Moment, Claimant {
  readonly policy: OtpPolicy;
  readonly ceilings: readonly CountedCeiling[];
  /** What the money guard counts the text under; `undefined`: it is off. */
  readonly guard: GuardOrder | undefined;
  /** The challenge to issue if nothing stands against it. */
  readonly fresh: Challenge;
  /** Whether the closed-account guard counts the account, as one that is not closed. */
  readonly notesSeen: boolean;
}

/**
 * What a sendOtp does to the store: issue, resume an earlier challenge, answer without a text, or nothing at all.
 * Pure, so that the store can ask within its atomic step. [IDEM-2, IDEM-6, IDEM-11, OQ-8, OQ-11, OQ-28]
 */
export function judgeIssue(facts: IssueFacts, question: IssueQuestion): IssueDecision {
  const decision = judgeText(facts, question);
  const { notesSeen, nowMs } = question;
  if (decision.kind !== 'issue' && decision.kind !== 'resume') return decision;
  if (!notesSeen || !isNewSighting(facts.account.seen, nowMs)) return decision;
  return { ...decision, isSeen: true, raise: [...decision.raise, ...seenBuckets(nowMs)] };
}

function judgeText(facts: IssueFacts, question: IssueQuestion): IssueDecision {
  const { request: record, challenge: earlier } = facts;
  const taken = judgeClaim(record, question);
  if (taken !== undefined) return taken;
  if (record === undefined || earlier === undefined) return issueWithinQuotas(facts, question);
  if (sameBytes(record.fingerprint, question.fingerprint)) return takeUp(earlier, facts, question);
  // A text that may be out is an effect, and an effect binds its request id to the parameters. [OQ-41]
  return mayHaveLeft(earlier) ? { kind: 'conflict' } : issueWithinQuotas(facts, question);
}

/** The same request again, after an answer that bound nothing or a process that died. */
function takeUp(earlier: Challenge, facts: IssueFacts, question: IssueQuestion): IssueDecision {
  const { policy, fresh } = question;
  switch (earlier.state) {
    case 'sent':
    case 'verified':
      // The gateway's yes came after the answer. No second text. [IDEM-2]
      return answer('completed', 'SUCCESS', earlier, 'acceptedLate');
    case 'exhausted':
    case 'superseded':
      return unsent(earlier, question, earlier.state);
    case 'issued':
      // No gateway took it, so its life begins with this submission.
      return sameRecipient(earlier, fresh)
        ? withinQuotas(facts, question, resume(earlier, fresh, question))
        : issueWithinQuotas(facts, question);
    case 'submitting':
    case 'ambiguous':
      // A code that might have arrived lives no longer than it was given. [OQ-28]
      if (isExpired(earlier, question)) return unsent(earlier, question, 'expired');
      if (!sameRecipient(earlier, fresh)) return unsent(earlier, question, 'recipientChanged');
      if (!policy.resendUnknown || earlier.submissions >= SUBMISSIONS_MAX) {
        return unsent(earlier, question, 'unknownOutcome');
      }
      return onceMore(earlier, facts, question);
  }
}

/** A text that may be out already is one more text to every limit; what refuses it is no answer to the first one. */
function onceMore(earlier: Challenge, facts: IssueFacts, question: IssueQuestion): IssueDecision {
  const decision = withinQuotas(facts, question, resume(earlier, earlier, question));
  if (decision.kind !== 'answer') return decision;
  return { ...decision, ...unsent(earlier, question, decision.request.reason) };
}

type Answered = Extract<IssueDecision, { readonly kind: 'answer' }>;

/** The same code once more, with the life of `life`, for whom the account is now. */
function resume(earlier: Challenge, life: Challenge, question: IssueQuestion): GrantedText {
  const { expiresAtMs, expiresAtWallMs } = life;
  const submissions = earlier.submissions + 1;
  const { recipient } = question.fresh;
  const challenge = {
    ...earlier,
    state: moved(earlier.state, 'submitting'),
    expiresAtMs,
    expiresAtWallMs,
    submissions,
    recipient,
  } as const;
  const events = [{ atMs: question.nowMs, event: 'resumed', detail: '' }];
  return counted({ kind: 'resume', challenge, events }, question);
}

function issueWithinQuotas(facts: IssueFacts, question: IssueQuestion): IssueDecision {
  const granted = counted({ kind: 'issue', challenge: question.fresh, events: [] }, question);
  return withinQuotas(facts, question, granted);
}

/** With where the text is counted, besides those that were sent before. */
function counted(
  { kind, challenge, events }: Pick<GrantedText, 'kind' | 'challenge' | 'events'>,
  { ceilings, guard, nowMs }: IssueQuestion,
): GrantedText {
  const counts = textCounts(
    ceilings.map(({ ceiling }) => ceiling),
    guard,
    nowMs,
  );
  const all = [...challenge.counted, counts];
  return { kind, challenge: { ...challenge, counted: all }, raise: bucketsOf(counts), events };
}

function withinQuotas(facts: IssueFacts, question: IssueQuestion, granted: GrantedText): IssueDecision {
  const { ceilings, fresh, policy, nowMs } = question;
  const refusal = refusingQuota(facts, ceilings, policy, nowMs);
  if (refusal === undefined) return withinBudget(facts, question, granted);
  if (!refusal.byUser) return unsent(fresh, question, refusal.quota);
  return answer('completed', 'OTP_LIMIT_REACHED', fresh, refusal.quota);
}

/** The money guard has the last word: it counts what the quotas let through. */
function withinBudget(facts: IssueFacts, question: IssueQuestion, granted: GrantedText): IssueDecision {
  const { fresh, policy, nowMs } = question;
  if (facts.guard === undefined) return granted;
  const { refusal, event, ...guard } = judgeByGuard(facts.guard, policy.moneyGuard, fresh, nowMs);
  if (refusal === undefined) {
    return { ...granted, events: event === undefined ? granted.events : [...granted.events, event], guard };
  }
  // Not the user's doing, whoever it is that orders texts. [OQ-40]
  return { ...unsent(fresh, question, refusal), guard };
}

function unsent(challenge: Challenge, { policy }: IssueQuestion, reason: string): Answered {
  const state = policy.retryUnsent ? 'released' : 'completed';
  return answer(state, 'MESSAGE_UNABLE_TO_BE_SENT', challenge, reason);
}

function answer(
  state: Answered['request']['state'],
  result: SendOtpResult,
  { challengeId }: Challenge,
  reason: string,
): Answered {
  return { kind: 'answer', request: { state, answer: { result, integratorId: challengeId }, reason } };
}

function sameRecipient(one: Challenge, other: Challenge): boolean {
  return (
    sameBytes(one.accountDigest, other.accountDigest) &&
    sameBytes(one.phoneNumberDigest, other.phoneNumberDigest)
  );
}
