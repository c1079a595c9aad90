import type { CompletionOrder, OtpStore, RecordedAnswer } from '../ports/otp-store.ts';
import { judgeClaim } from './judge-claim.ts';
import type { Outcome } from './outcome.ts';

/**
 * Records an answer that has no effect beside itself, for good; yields the earlier one if a twin was faster. [IDEM-2]
 */
export async function recordAnswer(
  store: OtpStore,
  order: CompletionOrder,
  { answer, reason }: Pick<RecordedAnswer, 'answer' | 'reason'>,
): Promise<Outcome> {
  const request = { state: 'completed', answer, reason } as const;
  const decision = await store.complete(
    order,
    (record) => judgeClaim(record, order) ?? { kind: 'answer', request },
  );
  if (decision.kind !== 'answer') return decision;
  return { kind: 'answered', answer, reason };
}
