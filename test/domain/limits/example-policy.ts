import type { OtpPolicy } from '../../../src/domain/limits/otp-policy.ts';

/** A policy as an operator would set it, with quotas small enough to reach in a test. */
export const examplePolicy: OtpPolicy = {
  codeLength: 6,
  validityMs: 600_000,
  attemptsMax: 5,
  coolDownMs: 30_000,
  sendsPerPhoneNumber: { max: 5, windowMs: 3_600_000 },
  sendsPerAccount: { max: 10, windowMs: 86_400_000 },
  coolDownAfterRefusalMs: 2000,
  refusedTexts: { max: 6, windowMs: 3_600_000 },
  uncomparedVerificationsPerAccount: { max: 20, windowMs: 86_400_000 },
  failedVerificationsPerAccount: { max: 8, windowMs: 86_400_000 },
  exhaustionLockMs: 1_800_000,
  sendsPerCountry: () => undefined,
  sendsGlobal: undefined,
  moneyGuard: undefined,
  closedGuard: undefined,
  allowedCountries: new Set(),
  refuseImplausible: 'never',
  acceptBothIdentifiers: true,
  retryUnsent: true,
  resendUnknown: true,
  leaseMs: 10_000,
};
