import { askGateway } from '../../../ports/ask-gateway.ts';
import { BUDGET } from '../../../ports/budget.ts';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import { type BreakerState, CircuitBreaker } from '../../circuit-breaker.ts';
import { refusalClasses } from '../shared/refusal-classes.ts';

/** How a gateway did lately. */
export interface GatewayHealth extends BreakerState {
  readonly gateway: string;
}

/** A gateway that is not asked while it rests. */
export interface RestingGateway {
  readonly gateway: SmsGateway;
  readonly health: GatewayHealth;
  /** `undefined`: it rests, or another text tries it just now; it was not asked. Never rejects. */
  attempt(message: SmsMessage, deadline: Deadline): Promise<Delivery | undefined>;
}

/** Keeps a gateway that fails from being asked, and tries it again with one text after a rest. [OPS-2] */
export function restingGateway(gateway: SmsGateway, clock: Clock): RestingGateway {
  const breaker = new CircuitBreaker(clock);
  return {
    gateway,
    get health() {
      return { gateway: gateway.name, ...breaker.now };
    },
    async attempt(message, deadline) {
      const end = breaker.begin();
      if (end === undefined) return undefined;
      const stalledMs = Math.max(BUDGET.stalledMsMin, BUDGET.stalledShare * deadline.remainingMs());
      const answering = askGateway(gateway, message, deadline);
      end(await hasFailed(answering, clock, stalledMs));
      return answering;
    },
  };
}

/** Settles once: by the answer, or after `stalledMs` without one. What comes later counts no more. */
function hasFailed(answering: Promise<Delivery>, clock: Clock, stalledMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(stalledMs, () => resolve(true));
    void answering.then((delivery) => resolve(speaksAgainst(delivery))).finally(cancel);
  });
}

function speaksAgainst(delivery: Delivery): boolean {
  if (delivery.kind === 'refused') return refusalClasses[delivery.reason].countsAgainst;
  return delivery.kind === 'unknown';
}
