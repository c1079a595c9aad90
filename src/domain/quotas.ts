import type { Ceiling, IssueFacts, PastChallenge } from '../ports/otp-store.ts';
import type { OtpPolicy, Quota, QuotaName } from './otp-policy.ts';

/** How far back the quotas look. A wrong code can come until its challenge expires, hence the validity on top. */
export function quotaReachMs(policy: OtpPolicy): number {
  return (
    policy.validityMs +
    Math.max(
      policy.coolDownMs,
      policy.exhaustionLockMs,
      policy.sendsPerPhoneNumber.windowMs,
      policy.sendsPerAccount.windowMs,
      policy.failedVerificationsPerAccount.windowMs,
    )
  );
}

/** A ceiling with the quota that names and bounds it. */
export interface CountedCeiling {
  readonly name: QuotaName;
  readonly quota: Quota;
  readonly ceiling: Ceiling;
}

/** The ceilings that a text to `country` counts against. */
export function ceilingsFor(policy: OtpPolicy, country: string | undefined): readonly CountedCeiling[] {
  const ceilings: CountedCeiling[] = [];
  const perCountry = policy.sendsPerCountry(country);
  if (perCountry !== undefined) {
    const subject = `country:${country ?? 'none'}`;
    ceilings.push({
      name: 'sendsPerCountry',
      quota: perCountry,
      ceiling: { subject, windowMs: perCountry.windowMs },
    });
  }
  if (policy.sendsGlobal !== undefined) {
    const ceiling = { subject: 'global', windowMs: policy.sendsGlobal.windowMs };
    ceilings.push({ name: 'sendsGlobal', quota: policy.sendsGlobal, ceiling });
  }
  return ceilings;
}

/** Wrong codes of an account within its window. [SO-13] */
export function failedVerifications(
  challenges: readonly PastChallenge[],
  quota: Quota,
  nowMs: number,
): number {
  return total(challenges, (past) => (past.attemptedAtMs > nowMs - quota.windowMs ? past.failedAttempts : 0));
}

export interface Refusal {
  readonly quota: QuotaName;
  /** Whether it is the user's own doing: OTP_LIMIT_REACHED. A ceiling over all users is not. [OQ-40] */
  readonly byUser: boolean;
}

/** The first quota that forbids one more text now, or `undefined`. */
export function refusingQuota(
  facts: IssueFacts,
  ceilings: readonly CountedCeiling[],
  policy: OtpPolicy,
  nowMs: number,
): Refusal | undefined {
  const { accountChallenges: ofAccount, phoneNumberChallenges: ofNumber } = facts;
  const within = (past: PastChallenge, windowMs: number) => past.issuedAtMs > nowMs - windowMs;
  const sends = (challenges: readonly PastChallenge[], windowMs: number) =>
    total(challenges, (past) => (within(past, windowMs) ? past.submissions : 0));
  const locked = (past: PastChallenge) =>
    past.state === 'exhausted' && past.attemptedAtMs > nowMs - policy.exhaustionLockMs;
  const failures = policy.failedVerificationsPerAccount;

  const refuses: Record<Exclude<QuotaName, 'sendsPerCountry' | 'sendsGlobal'>, () => boolean> = {
    exhaustionLock: () => ofAccount.some(locked),
    failedVerificationsPerAccount: () => failedVerifications(ofAccount, failures, nowMs) >= failures.max,
    coolDown: () => sends(ofAccount, policy.coolDownMs) > 0 || sends(ofNumber, policy.coolDownMs) > 0,
    sendsPerPhoneNumber: () =>
      sends(ofNumber, policy.sendsPerPhoneNumber.windowMs) >= policy.sendsPerPhoneNumber.max,
    sendsPerAccount: () => sends(ofAccount, policy.sendsPerAccount.windowMs) >= policy.sendsPerAccount.max,
  };
  for (const quota of Object.keys(refuses) as (keyof typeof refuses)[]) {
    if (refuses[quota]()) return { quota, byUser: true };
  }
  const full = ceilings.find(({ quota }, index) => (facts.ceilingSends[index] ?? 0) >= quota.max);
  return full && { quota: full.name, byUser: false };
}

function total<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}
