import type { Completion, OtpStore } from '../ports/otp-store.ts';
import { judgeClaim } from './judge-claim.ts';
import type { Outcome } from './outcome.ts';

/** Records an answer that has no effect beside itself; yields the earlier one if a twin was faster. [IDEM-2] */
export async function recordAnswer(store: OtpStore, completion: Completion): Promise<Outcome> {
  const decision = await store.complete(
    completion,
    (request) => judgeClaim(request, completion) ?? { kind: 'answer' },
  );
  if (decision.kind !== 'answer') return decision;
  return { kind: 'answered', answer: completion.answer, reason: completion.reason };
}
