import type { Deadline } from '../../ports/clock.ts';
import { type AttemptParts, attemptCode } from '../attempt-code.ts';
import type { OtpKeys } from '../challenge/otp-keys.ts';
import { judgeClaim } from '../judge-claim.ts';
import { momentOf } from '../moment.ts';
import type { ConsumeResult, Outcome, VerifiedText } from '../outcome.ts';
import {
  type ConsumeOrder,
  fingerprintOfConsumption,
  keyOfConsumption,
  requireConsumeOrder,
} from './consume-order.ts';
import { openAccount } from './sealed-account.ts';

/** What came of a consumption. */
export type Consumption =
  | {
      readonly kind: 'answered';
      /** 16 characters, the same whenever the same is asked. */
      readonly consumptionId: string;
      readonly result: ConsumeResult;
      /** Whose code it was. `undefined`: the result is not SUCCESS. */
      readonly accountId: string | undefined;
      /** It was answered before. */
      readonly isReplay: boolean;
    }
  /** The request id was used before with other parameters. Nothing has happened. [IDEM-6] */
  | { readonly kind: 'conflict' }
  /** Another process is at work on the same: ask again. Nothing has happened. [OQ-8] */
  | { readonly kind: 'busy' }
  /** The association id came in another attempt, names another account, or was removed. Nothing has happened, and no code was used. [FLOW-4] */
  | { readonly kind: 'association-taken' }
  /** No sendOtp has that request id. Nothing is recorded. [VO-5] */
  | { readonly kind: 'unknown-identifier'; readonly identifier: 'sendOtpRequestId' };

/** A consumption, with what log and metrics are told beside it. */
export interface ConsumptionReport {
  readonly consumption: Consumption;
  readonly reason: string | undefined;
  readonly verified: VerifiedText | undefined;
}

/**
 * Verifies a code for a purpose and uses it up, as verifyOtp does: with the same count of wrong codes, for the same account, and
 * once. One durable commit. [OV-3] Throws `RangeError` for what can't be an order, with nothing asked; `UnavailableError` as
 * `attemptCode` does: ask again.
 */
export async function consumeOtp(
  order: ConsumeOrder,
  deadline: Deadline,
  parts: AttemptParts,
): Promise<ConsumptionReport> {
  requireConsumeOrder(order);
  const { store, clock, owner, entropy, keys } = parts;
  const { purpose: use, otpVerification, expect: expected, associate } = order;
  const key = keyOfConsumption(order);
  const fingerprint = fingerprintOfConsumption(order, keys);
  // What was answered needs no directory, whatever has become of the account.
  const claimant = { fingerprint, owner, nowMs: momentOf(clock).nowMs };
  const taken = judgeClaim(await store.recall(key), claimant);
  const associationId = associate?.associationId;
  const attempt = {
    ...otpVerification,
    key,
    use,
    fingerprint,
    callId: entropy.id(),
    deadline,
    expected,
    associationId,
  };
  const outcome = taken ?? (await attemptCode(attempt, parts));
  const { reason, verified } = outcome.kind === 'answered' ? outcome : {};
  return { consumption: consumptionOf(outcome, keys), reason, verified };
}

function consumptionOf(outcome: Outcome, keys: OtpKeys): Consumption {
  if (outcome.kind === 'unknown-identifier') return { kind: outcome.kind, identifier: 'sendOtpRequestId' };
  if (outcome.kind !== 'answered' && outcome.kind !== 'replay') return outcome;
  const isReplay = outcome.kind === 'replay';
  const answer = isReplay ? outcome.record.answer : outcome.answer;
  if (answer === undefined) throw new TypeError('a completed request has no answer');
  const { result, integratorId: consumptionId, account } = answer;
  const accountId = account && openAccount(account, consumptionId, keys);
  return { kind: 'answered', consumptionId, result: result as ConsumeResult, accountId, isReplay };
}
