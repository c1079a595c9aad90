import type { Challenge } from '../../ports/challenge.ts';
import type { AttemptDecision, AttemptFacts, Misstep } from '../../ports/otp-store.ts';
import { type Claimant, judgeClaim } from '../judge-claim.ts';
import { guardOrderFor } from '../limits/money-guard.ts';
import type { OtpPolicy } from '../limits/otp-policy.ts';
import { isUsedUp } from '../limits/quotas.ts';
import { bucketsAt } from '../limits/text-counts.ts';
import type { Moment } from '../moment.ts';
import type { VerifyOtpResult } from '../outcome.ts';
import { isLive, isVerifiable } from './challenge.ts';
import { moved } from './moved.ts';

export interface AttemptQuestion extends Moment, Claimant {
  readonly policy: OtpPolicy;
  /** paymentIntegratorVerifyOtpId of a judged attempt. */
  readonly integratorId: string;
  readonly verifyOtpRequestId: string;
  /** Whether what the user typed is the challenge's code. */
  readonly matches: boolean;
  /** Why whoever got this code would get none now; `undefined`: nothing has changed. [OQ-70] */
  readonly ended: string | undefined;
}

interface Verdict {
  readonly result: VerifyOtpResult;
  readonly state: Challenge['state'];
  readonly failedAttempts: number;
  /** What the record says; the wire tells less. [VO-4, OQ-5] */
  readonly event: string;
  readonly missteps: readonly Misstep[];
}

/**
 * What one verification comes to. The counter is raised in the same atomic step in which the comparison's outcome
 * is looked at, so that no number of parallel guesses sees more outcomes than there are attempts. Pure.
 */
export function judgeAttempt(facts: AttemptFacts, question: AttemptQuestion): AttemptDecision {
  const { request: record, challenge } = facts;
  // A retried verification answers as it did, SUCCESS included. [VO-3]
  const taken = judgeClaim(record, question);
  if (taken !== undefined) return taken;
  if (challenge === undefined) return { kind: 'absent' };
  const { result, state, failedAttempts, event, missteps } = judge(challenge, facts, question);
  return {
    kind: 'judged',
    request: { state: 'completed', answer: { result, integratorId: question.integratorId }, reason: event },
    state: state === challenge.state ? undefined : moved(challenge.state, state),
    failedAttempts,
    missteps,
    event: { atMs: question.nowMs, event, detail: question.verifyOtpRequestId },
    ...(result === 'SUCCESS' ? verified(challenge, question) : NOTHING_COUNTED),
  };
}

type Counts = Pick<Extract<AttemptDecision, { readonly kind: 'judged' }>, 'counted' | 'lower' | 'raise'>;

const NOTHING_COUNTED: Counts = { counted: undefined, lower: [], raise: [] };

/** None of its texts is unverified any more, wherever they were counted; one counts as verified, as the settings are now. */
function verified(challenge: Challenge, { policy, nowMs }: AttemptQuestion): Counts {
  return {
    counted: challenge.counted.map(({ sends }) => ({ sends, unverified: [] })),
    lower: challenge.counted.flatMap(({ unverified }) => unverified),
    raise: bucketsAt(guardOrderFor(policy.moneyGuard, challenge)?.verified ?? [], nowMs),
  };
}

function judge(challenge: Challenge, facts: AttemptFacts, question: AttemptQuestion): Verdict {
  const { matches, nowMs, policy, ended } = question;
  const { state, failedAttempts } = challenge;
  // It says nothing of the code, so it is no wrong one, and prolongs no lock. [OQ-68]
  const notCompared = (event: string): Verdict => ({
    result: 'OTP_NOT_MATCHED',
    state,
    failedAttempts,
    event,
    missteps: ['uncompared'],
  });
  const right = (result: VerifyOtpResult, event: string): Verdict => ({
    result,
    state: 'verified',
    failedAttempts,
    event,
    missteps: [],
  });

  if (state === 'verified') {
    // Single use: the right code again is told apart from a wrong one. [VO-2, OQ-5]
    return matches ? right('OTP_ALREADY_USED', 'used') : notCompared('wrongAfterUse');
  }
  if (!isVerifiable(challenge, question)) return notCompared(isLive(state) ? 'expired' : state);
  if (ended !== undefined) return { ...notCompared(ended), state: 'superseded' };
  if (isUsedUp(facts.wrongCodes, policy.failedVerificationsPerAccount, nowMs)) {
    return notCompared('failedVerificationsPerAccount'); // [SO-13]
  }
  if (matches) return right('SUCCESS', 'verified');

  const failed = failedAttempts + 1;
  const exhausted = failed >= policy.attemptsMax;
  return {
    result: 'OTP_NOT_MATCHED',
    state: exhausted ? 'exhausted' : state,
    failedAttempts: failed,
    event: exhausted ? 'exhausted' : 'wrong',
    missteps: exhausted ? ['wrong', 'exhausted'] : ['wrong'],
  };
}
