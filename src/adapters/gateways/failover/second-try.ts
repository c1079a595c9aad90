import { randomInt } from 'node:crypto';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import type { SmsGateway } from '../../../ports/sms-gateway.ts';

/** Limits are by the second or finer; texts that were refused together don't come again together. */
const PAUSE_MS_MIN = 200;
const PAUSE_MS_MAX = 400;

/**
 * A gateway that is alone: what it refuses as too fast, it is asked once more, if `attemptMsMin` of the deadline is left
 * then. Nothing was taken, so no second text can come of it. [OQ-75]
 */
export function withSecondTry(gateway: SmsGateway, clock: Clock, attemptMsMin: number): SmsGateway {
  return {
    ...gateway,
    async send(message, deadline) {
      const delivery = await gateway.send(message, deadline);
      if (delivery.kind !== 'refused' || delivery.reason !== 'throttled') return delivery;
      return (await pauseBeforeSecondTry(clock, deadline, attemptMsMin))
        ? gateway.send(message, deadline)
        : delivery;
    },
  };
}

/** Waits for the time to ask again; false, at once, if too little of the deadline would be left then. */
export async function pauseBeforeSecondTry(
  clock: Clock,
  deadline: Deadline,
  attemptMsMin: number,
): Promise<boolean> {
  const pauseMs = randomInt(PAUSE_MS_MIN, PAUSE_MS_MAX + 1);
  if (deadline.remainingMs() < pauseMs + attemptMsMin) return false;
  await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  return true;
}
