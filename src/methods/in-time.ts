import type { Clock, Deadline } from '../ports/clock.ts';
import { within } from '../ports/deadline.ts';
import { UnavailableError } from '../ports/unavailable.ts';

/** What `work` yields; throws `UnavailableError` if the deadline comes first. The work itself goes on. [OPS-2] */
export function inTime<T>(clock: Clock, deadline: Deadline, work: Promise<T>): Promise<T> {
  return within(clock, deadline, work, () => {
    throw new UnavailableError('the request was not answered by its deadline');
  });
}
