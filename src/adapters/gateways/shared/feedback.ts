import type { Clock } from '../../../ports/clock.ts';
import { createDeadline } from '../../../ports/deadline.ts';
import type { SmsGateway } from '../../../ports/sms-gateway.ts';

export interface FeedbackTerms {
  readonly gateways: readonly SmsGateway[];
  readonly clock: Clock;
  /** Told of a gateway that could not be told. It is not tried again. */
  readonly onFailure: (gateway: string, error: unknown) => void;
}

export interface Feedback {
  /** Tells the gateway of a verified text, if it takes that. Returns at once. */
  tell(gateway: string, messageId: string | undefined): void;
  /** Waits for what is under way. Safe to call twice. */
  close(): Promise<void>;
}

const DEADLINE_MS = 5000;

/** A gateway that answers slowly must not pile up what it is told; what is beyond is left untold. */
const UNDER_WAY_MAX = 64;

/** Tells gateways which texts were verified: whoever routes by that delivers better. Best effort. */
export function createFeedback({ gateways, clock, onFailure }: FeedbackTerms): Feedback {
  const takers = new Map(gateways.map((gateway) => [gateway.name, gateway.confirmVerified] as const));
  const underWay = new Set<Promise<void>>();
  return {
    tell(gateway, messageId) {
      const confirm = takers.get(gateway);
      if (confirm === undefined || messageId === undefined || underWay.size >= UNDER_WAY_MAX) return;
      const deadline = createDeadline(clock, DEADLINE_MS);
      const telling = confirm(messageId, deadline)
        .catch((error: unknown) => onFailure(gateway, error))
        .finally(deadline.cancel);
      underWay.add(telling);
      void telling.finally(() => underWay.delete(telling));
    },
    async close() {
      await Promise.all(underWay);
    },
  };
}
