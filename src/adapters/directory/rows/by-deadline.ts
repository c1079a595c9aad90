import type { Deadline } from '../../../ports/clock.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';

/** What was asked, unless the deadline comes first; then it goes on unheeded, and `UnavailableError` is thrown. */
export async function byDeadline<T>(deadline: Deadline, ask: () => Promise<T>): Promise<T> {
  const late = () => new UnavailableError('the account directory did not answer by the deadline');
  if (deadline.remainingMs() <= 0) throw late();
  const { signal } = deadline;
  const { promise: end, reject } = Promise.withResolvers<never>();
  const stop = () => reject(late());
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([ask(), end]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
