import type { Clock } from '../ports/clock.ts';
import type { ClosedState, OtpStore } from '../ports/otp-store.ts';
import { WithheldError } from '../ports/unavailable.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import { CLOSED_GUARD_REACH_MS, closedOrderFor, isSettled, judgeClosed } from './limits/closed-guard.ts';
import type { OtpPolicy } from './limits/otp-policy.ts';
import { momentOf } from './moment.ts';

interface WeighParts {
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly policy: OtpPolicy;
  readonly keys: OtpKeys;
}

/**
 * Resolves if Google may be told that the account is closed, which destroys the user's instrument for good. Throws
 * `WithheldError` while more are closed than is plausible, and `UnavailableError` when the store is down. [SO-11, OQ-95]
 */
export async function weighClosed(
  accountId: string,
  { store, clock, policy: { closedGuard }, keys: { digestKey } }: WeighParts,
): Promise<void> {
  if (closedGuard === undefined) return;
  const { nowMs } = momentOf(clock);
  // What is settled costs no durable step, however many come.
  const known = await store.closedState();
  if (isSettled(known, nowMs)) return requireTold(known);
  const order = closedOrderFor(keyedDigest(digestKey, 'account-id', accountId), nowMs);
  const { state } = await store.weighClosed(order, (facts) => judgeClosed(facts, closedGuard, nowMs));
  requireTold(state);
}

function requireTold(state: ClosedState | undefined): void {
  if (state?.kind === 'withheld') throw new WithheldError(withheldWords(state));
}

/** What stands in logs and health of closed accounts that are withheld; no account is named. */
export function withheldWords({ seen, closed }: Extract<ClosedState, { kind: 'withheld' }>): string {
  return (
    `the directory says of ${closed} of ${seen} accounts within a day that they are closed, which is more than is ` +
    'plausible: Google is told of none, until gsp-otp guard confirm-closed says that they are'
  );
}

/** How long closed accounts may be confirmed for, days. A day is what the guard counts within: none of before counts after. */
const CONFIRMED_DAYS = { min: 1, max: 30 } as const;

/**
 * An operator's word that what the directory says of closed accounts is right: for so many days Google is told of each, and
 * the guard counts anew after that. Throws `RangeError` for days out of `CONFIRMED_DAYS`, and `UnavailableError` when the
 * store is down.
 */
export async function confirmClosed(
  days: number,
  { store, nowMs }: { readonly store: OtpStore; readonly nowMs: number },
): Promise<{ readonly untilMs: number }> {
  if (!Number.isSafeInteger(days) || days < CONFIRMED_DAYS.min || days > CONFIRMED_DAYS.max) {
    throw new RangeError(
      `closed accounts are confirmed for ${CONFIRMED_DAYS.min} to ${CONFIRMED_DAYS.max} whole days`,
    );
  }
  const untilMs = nowMs + days * CLOSED_GUARD_REACH_MS;
  await store.setClosedState({ kind: 'confirmed', untilMs });
  return { untilMs };
}
