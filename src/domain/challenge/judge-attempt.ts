import type { Challenge } from '../../ports/challenge.ts';
import type {
  Association,
  AttemptDecision,
  AttemptFacts,
  CodeUse,
  Misstep,
  RequestKey,
} from '../../ports/otp-store.ts';
import { judgeAssociation } from '../associations/judge-association.ts';
import { type Claimant, judgeClaim } from '../judge-claim.ts';
import { guardOrderFor } from '../limits/money-guard.ts';
import type { OtpPolicy } from '../limits/otp-policy.ts';
import { isUsedUp } from '../limits/quotas.ts';
import { bucketsAt } from '../limits/text-counts.ts';
import type { Moment } from '../moment.ts';
import type { ConsumeResult, VerifyOtpResult } from '../outcome.ts';
import { isLive, isVerifiable } from './challenge.ts';
import { usedBy } from './code-uses.ts';
import { moved } from './moved.ts';

export interface AttemptQuestion extends Moment, Claimant {
  readonly key: RequestKey;
  /** What the code is to be used for. */
  readonly use: CodeUse;
  readonly policy: OtpPolicy;
  /** Of a judged attempt: the paymentIntegratorVerifyOtpId, or the id of the consumption. */
  readonly integratorId: string;
  /** Whether what the user typed is the challenge's code. */
  readonly matches: boolean;
  /** Why this code is none for this use, whatever was typed. `undefined`: it may be one. [OQ-9, OQ-91] */
  readonly unfit: string | undefined;
  /** Why whoever got this code would get none now; `undefined`: nothing has changed. [OQ-70] */
  readonly ended: string | undefined;
  /** Whose code it is, sealed, for the answer to a consumption. `undefined`: the directory was not asked. */
  readonly account: Uint8Array | undefined;
  /** What a success is to associate the account with. `undefined`: nothing. */
  readonly association: WantedAssociation | undefined;
}

export interface WantedAssociation {
  readonly wanted: Association;
  /** The directory has given the id to another account. */
  readonly isTaken: boolean;
}

interface Verdict {
  readonly result: ConsumeResult;
  readonly state: Challenge['state'];
  readonly failedAttempts: number;
  readonly uses: readonly CodeUse[] | undefined;
  /** What the record says; verifyOtp tells less. [VO-4, OQ-5] */
  readonly event: string;
  readonly missteps: readonly Misstep[];
}

/**
 * What one verification or consumption comes to. The counter is raised in the same atomic step in which the comparison's outcome
 * is looked at, so that no number of parallel guesses sees more outcomes than there are attempts. Pure.
 */
export function judgeAttempt(facts: AttemptFacts, question: AttemptQuestion): AttemptDecision {
  const { request: record, challenge } = facts;
  const { key, use, integratorId, account, association } = question;
  // What was answered once is answered again, SUCCESS included. [VO-3]
  const taken = judgeClaim(record, question);
  if (taken !== undefined) return taken;
  if (challenge === undefined) return { kind: 'absent' };
  const { result, state, failedAttempts, uses, event, missteps } = judge(challenge, facts, question);
  const succeeds = result === 'SUCCESS';
  const isConsumption = use !== 'verifyOtp';
  // Nobody asked whose it is, since it could not be used when it was looked at: it has changed since.
  if (succeeds && isConsumption && account === undefined) return { kind: 'absent' };
  const associates = succeeds ? association : undefined;
  const verdict = associates && judgeAssociation(facts.association, associates.wanted);
  if (associates?.isTaken || verdict === 'taken') return { kind: 'association-taken' };
  const answer = { result: isConsumption ? result : WITHIN_VERIFY_OTP[result], integratorId };
  return {
    kind: 'judged',
    request: {
      state: 'completed',
      answer: succeeds && isConsumption ? { ...answer, account } : answer,
      reason: event,
    },
    state: state === challenge.state ? undefined : moved(challenge.state, state),
    failedAttempts,
    uses,
    missteps,
    association: verdict === 'new' ? associates?.wanted : undefined,
    event: {
      atMs: question.nowMs,
      event,
      detail: isConsumption ? `${key.method} ${key.requestId}` : key.requestId,
    },
    ...(succeeds ? verified(challenge, question) : NOTHING_COUNTED),
  };
}

/** verifyOtp has no code of its own for what has expired, or met a limit. [VO-4, OQ-5] */
const WITHIN_VERIFY_OTP: Readonly<Record<ConsumeResult, VerifyOtpResult>> = {
  SUCCESS: 'SUCCESS',
  OTP_NOT_MATCHED: 'OTP_NOT_MATCHED',
  OTP_ALREADY_USED: 'OTP_ALREADY_USED',
  OTP_EXPIRED: 'OTP_NOT_MATCHED',
  OTP_LIMIT_REACHED: 'OTP_NOT_MATCHED',
};

type Counts = Pick<Extract<AttemptDecision, { readonly kind: 'judged' }>, 'counted' | 'lower' | 'raise'>;

const NOTHING_COUNTED: Counts = { counted: undefined, lower: [], raise: [] };

/**
 * None of its texts is unverified any more, wherever they were counted; one counts as verified, as the settings are now. Once,
 * however often the code may be used.
 */
function verified(challenge: Challenge, { policy, nowMs }: AttemptQuestion): Counts {
  if (challenge.uses.length > 0) return NOTHING_COUNTED;
  return {
    counted: challenge.counted.map(({ sends }) => ({ sends, unverified: [] })),
    lower: challenge.counted.flatMap(({ unverified }) => unverified),
    raise: bucketsAt(guardOrderFor(policy.moneyGuard, challenge)?.verified ?? [], nowMs),
  };
}

function judge(challenge: Challenge, facts: AttemptFacts, question: AttemptQuestion): Verdict {
  const { use, matches, nowMs, policy, unfit, ended } = question;
  const { state, failedAttempts } = challenge;
  const verdict = { state, failedAttempts, uses: undefined, missteps: [] };
  // It says nothing of the code, so it is no wrong one, and prolongs no lock. [OQ-68]
  const notCompared = (result: ConsumeResult, event: string): Verdict => {
    return { ...verdict, result, event, missteps: ['uncompared'] };
  };

  if (unfit !== undefined) return notCompared('OTP_NOT_MATCHED', unfit);
  const used = usedBy(challenge, use);
  // Single use: the right code again is told apart from a wrong one. [VO-2, OQ-5]
  const alreadyUsed: Verdict = { ...verdict, result: 'OTP_ALREADY_USED', event: 'used' };
  if (state === 'verified') {
    return matches ? alreadyUsed : notCompared('OTP_NOT_MATCHED', 'wrongAfterUse');
  }
  if (!isVerifiable(challenge, question)) {
    if (isLive(state)) return notCompared('OTP_EXPIRED', 'expired');
    return notCompared(state === 'exhausted' ? 'OTP_LIMIT_REACHED' : 'OTP_NOT_MATCHED', state);
  }
  if (ended !== undefined) return { ...notCompared('OTP_NOT_MATCHED', ended), state: 'superseded' };
  if (isUsedUp(facts.wrongCodes, policy.failedVerificationsPerAccount, nowMs)) {
    return notCompared('OTP_LIMIT_REACHED', 'failedVerificationsPerAccount'); // [SO-13]
  }
  if (matches) {
    if (used === undefined) return alreadyUsed;
    const { uses, isUsedUp: isOver } = used;
    // A code that was typed is out, whatever its gateway says. [OQ-66]
    return { ...verdict, result: 'SUCCESS', state: isOver ? 'verified' : 'sent', uses, event: 'verified' };
  }

  const failed = failedAttempts + 1;
  const exhausted = failed >= policy.attemptsMax;
  return {
    ...verdict,
    result: 'OTP_NOT_MATCHED',
    state: exhausted ? 'exhausted' : state,
    failedAttempts: failed,
    event: exhausted ? 'exhausted' : 'wrong',
    missteps: exhausted ? ['wrong', 'exhausted'] : ['wrong'],
  };
}
