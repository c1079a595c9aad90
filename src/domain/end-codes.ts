import type { Clock } from '../ports/clock.ts';
import { CODE_BOUNDS } from '../ports/code-bounds.ts';
import type { EndCodesOrder, OtpStore } from '../ports/otp-store.ts';
import { judgeEnd } from './challenge/judge-end.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import { momentOf } from './moment.ts';

/** Whose codes are ended: those of an account, or those that went to a phone number (E.164). */
export type CodesOf = { readonly accountId: string } | { readonly phoneNumber: string };

/**
 * Ends the live codes of an account or a number. Resolves to how many there were. Throws `UnavailableError` when the store
 * is down: then some may be live. Safe to repeat. [OQ-70]
 */
export function endCodes(
  of: CodesOf,
  {
    store,
    clock,
    keys: { digestKey },
  }: { readonly store: OtpStore; readonly clock: Clock; readonly keys: Pick<OtpKeys, 'digestKey'> },
): Promise<number> {
  const nowMs = momentOf(clock).nowMs;
  const subject: EndCodesOrder['of'] =
    'accountId' in of
      ? { kind: 'account', digest: keyedDigest(digestKey, 'account-id', of.accountId) }
      : { kind: 'phone-number', digest: keyedDigest(digestKey, 'phone-number', of.phoneNumber) };
  const order = { of: subject, sinceMs: nowMs - CODE_BOUNDS.validityMsMax };
  return store.endCodes(order, (code) => judgeEnd(code, nowMs));
}
