import type { ImplausibleNumbers } from '../phone-number.ts';
import type { ClosedGuardPolicy } from './closed-guard.ts';
import type { MoneyGuardPolicy } from './money-guard.ts';

/** How many within which sliding window. `max` is 1 to 256 for quotas of one account or number. */
export interface Quota {
  readonly max: number;
  readonly windowMs: number;
}

/** The limits an operator sets. Every duration is in ms. */
export interface OtpPolicy {
  /** Digits of a code, 4 to 10. [SMS-9] */
  readonly codeLength: number;
  /** Life of a code from its issue. */
  readonly validityMs: number;
  /** Wrong codes after which a challenge is exhausted. */
  readonly attemptsMax: number;

  /** Pause between two texts to one account or one number. 0: none. */
  readonly coolDownMs: number;
  readonly sendsPerPhoneNumber: Quota;
  readonly sendsPerAccount: Quota;
  /** Pause after a text that a gateway refused, for its account and its number. 0: none. [OQ-67] */
  readonly coolDownAfterRefusalMs: number;
  /** Texts of one account, or to one number, that a gateway refused. [OQ-67] */
  readonly refusedTexts: Quota;
  /** Wrong codes of an account across all its challenges: a new code does not reset them. [SO-13] */
  readonly failedVerificationsPerAccount: Quota;
  /** Codes for challenges of an account that could not be verified any more, and so weren't compared. [OQ-68] */
  readonly uncomparedVerificationsPerAccount: Quota;
  /** How long an account gets no code after it exhausted one. [OQ-5] */
  readonly exhaustionLockMs: number;
  /** Ceiling of one country's texts; `undefined`: none. */
  readonly sendsPerCountry: (country: string | undefined) => Quota | undefined;
  /** Ceiling of all texts; `undefined`: none. */
  readonly sendsGlobal: Quota | undefined;

  /** `undefined`: it is off. */
  readonly moneyGuard: MoneyGuardPolicy | undefined;

  /** `undefined`: it is off, and Google is told of every closed account. */
  readonly closedGuard: ClosedGuardPolicy | undefined;

  /** ISO 3166-1 alpha-2. Empty: every country. */
  readonly allowedCountries: ReadonlySet<string>;
  /** Which numbers are refused as INVALID_PHONE_NUMBER though they are E.164. */
  readonly refuseImplausible: ImplausibleNumbers;

  /** The older edition's shape: phone number and association id in one request. [OQ-1] */
  readonly acceptBothIdentifiers: boolean;
  /** MESSAGE_UNABLE_TO_BE_SENT binds nothing; `false` makes it as final as every other result. [OQ-11] */
  readonly retryUnsent: boolean;
  /** Whether a text of unknown outcome is sent once more on a retry. `false`: at most once. [OQ-28] */
  readonly resendUnknown: boolean;
  /** How long a claim keeps other processes away from a request. */
  readonly leaseMs: number;
}

/** The names under which a decision is logged and recorded, never told on the wire. */
export type QuotaName =
  | 'exhaustionLock'
  | 'failedVerificationsPerAccount'
  | 'uncomparedVerificationsPerAccount'
  | 'coolDown'
  | 'sendsPerPhoneNumber'
  | 'sendsPerAccount'
  | 'coolDownAfterRefusal'
  | 'refusedTexts'
  | 'sendsPerCountry'
  | 'sendsGlobal';
