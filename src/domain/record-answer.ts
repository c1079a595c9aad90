import type { Completion, OtpStore } from '../ports/otp-store.ts';
import { sameBytes } from './challenge/same-bytes.ts';
import type { Outcome } from './outcome.ts';

/** Records an answer that has no effect beside itself; yields the earlier one if a twin was faster. [IDEM-2] */
export async function recordAnswer(store: OtpStore, completion: Completion): Promise<Outcome> {
  const record = await store.complete(completion);
  if (record === undefined) {
    return { kind: 'answered', answer: completion.answer, reason: completion.reason };
  }
  if (record.state === 'claimed') return { kind: 'busy' };
  return sameBytes(record.fingerprint, completion.fingerprint)
    ? { kind: 'replay', record }
    : { kind: 'conflict' };
}
