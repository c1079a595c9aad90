import type { Ceiling, Counted, IssueFacts } from '../../ports/otp-store.ts';
import type { OtpPolicy, Quota, QuotaName } from './otp-policy.ts';

/** How far back the quotas look. */
export function quotaReachMs(policy: OtpPolicy): number {
  return Math.max(
    policy.coolDownMs,
    policy.coolDownAfterRefusalMs,
    policy.exhaustionLockMs,
    policy.sendsPerPhoneNumber.windowMs,
    policy.sendsPerAccount.windowMs,
    policy.refusedTexts.windowMs,
    policy.failedVerificationsPerAccount.windowMs,
    policy.uncomparedVerificationsPerAccount.windowMs,
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

/** Whether a quota is used up by what was counted within its window. */
export function isUsedUp(counted: readonly Counted[], { max, windowMs }: Quota, nowMs: number): boolean {
  return within(counted, windowMs, nowMs) >= max;
}

function within(counted: readonly Counted[], windowMs: number, nowMs: number): number {
  return counted.reduce((sum, { atMs, times }) => (atMs > nowMs - windowMs ? sum + times : sum), 0);
}

export interface OverQuota {
  readonly quota: QuotaName;
  /** Whether it is the user's own doing: OTP_LIMIT_REACHED. A ceiling over all users or a gateway's no is not. [OQ-40] */
  readonly byUser: boolean;
}

/** The first quota that forbids one more text now, or `undefined`. */
export function refusingQuota(
  facts: IssueFacts,
  ceilings: readonly CountedCeiling[],
  policy: OtpPolicy,
  nowMs: number,
): OverQuota | undefined {
  const { account, phoneNumber, ownTexts } = facts;
  const recent = (counted: readonly Counted[], windowMs: number) => within(counted, windowMs, nowMs) > 0;
  const usedUp = (counted: readonly Counted[], quota: Quota) => isUsedUp(counted, quota, nowMs);

  const byUser: readonly (readonly [QuotaName, boolean])[] = [
    ['exhaustionLock', recent(account.exhaustions, policy.exhaustionLockMs)],
    ['failedVerificationsPerAccount', usedUp(account.wrongCodes, policy.failedVerificationsPerAccount)],
    [
      'uncomparedVerificationsPerAccount',
      usedUp(account.uncomparedCodes, policy.uncomparedVerificationsPerAccount), // [OQ-68]
    ],
    // A retry doesn't wait for the sake of its own text. [OQ-28]
    ['coolDown', [account, phoneNumber].some(({ texts }) => recent(texts, policy.coolDownMs))],
    ['sendsPerPhoneNumber', usedUp([...phoneNumber.texts, ...ownTexts], policy.sendsPerPhoneNumber)],
    ['sendsPerAccount', usedUp([...account.texts, ...ownTexts], policy.sendsPerAccount)],
  ];
  // A gateway that refuses may charge for it, or close the account of whoever goes on asking. [OQ-67]
  const refused = [account.refusedTexts, phoneNumber.refusedTexts];
  const byOthers: readonly (readonly [QuotaName, boolean])[] = [
    ['coolDownAfterRefusal', refused.some((texts) => recent(texts, policy.coolDownAfterRefusalMs))],
    ['refusedTexts', refused.some((texts) => usedUp(texts, policy.refusedTexts))],
    ...ceilings.map(({ name, quota }, index) => {
      return [name, (facts.ceilingSends[index] ?? 0) >= quota.max] as const;
    }),
  ];
  const refuses = ([, applies]: readonly [QuotaName, boolean]) => applies;
  const own = byUser.find(refuses);
  const other = own ?? byOthers.find(refuses);
  return other && { quota: other[0], byUser: own !== undefined };
}
