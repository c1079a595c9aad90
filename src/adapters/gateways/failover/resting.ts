import { CircuitState, CountBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { BUDGET } from '../../../ports/budget.ts';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import { refusalClasses } from '../shared/refusal-classes.ts';

/** How a gateway did lately. */
export interface GatewayHealth {
  readonly gateway: string;
  /** `open`: it rests after failures, no text goes to it. `half-open`: one text tries it just now. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Since when, on the steady clock. */
  readonly sinceMs: number;
}

/** A gateway that is not asked while it rests. */
export interface GuardedGateway {
  readonly gateway: SmsGateway;
  readonly health: GatewayHealth;
  /** `undefined`: it rests, or another text tries it just now; it was not asked. Never rejects. */
  attempt(message: SmsMessage, deadline: Deadline): Promise<Delivery | undefined>;
}

/**
 * It rests when half of its last texts failed. Counted in texts and not in time: the more texts there are, the sooner
 * it rests, and a single failure now and then never adds up to a rest at low traffic.
 */
const WINDOW_TEXTS = 10;
const TEXTS_MIN = 5;
/** The breaker opens above its threshold. */
const JUST_BELOW_HALF = 0.49;

/**
 * Then one text tries it. A try that fails takes at most `BUDGET.stalledShare` of a request's budget (2.5 s by default) and
 * starts another rest; so a gateway that works again is back within ten seconds.
 */
const REST_MS = 5000;

/** The breaker's own rest is read off the wall clock, which may jump. Ours is measured on the steady one. */
const NO_REST_OF_ITS_OWN = Number.NEGATIVE_INFINITY;

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
} as const;

/** Keeps a gateway that fails from being asked, and tries it again with one text after a rest. [OPS-2] */
export function guardGateway(gateway: SmsGateway, clock: Clock): GuardedGateway {
  const breaker = circuitBreaker(
    handleWhenResult((failed) => failed === true),
    {
      halfOpenAfter: NO_REST_OF_ITS_OWN,
      breaker: new CountBreaker({
        size: WINDOW_TEXTS,
        minimumNumberOfCalls: TEXTS_MIN,
        threshold: JUST_BELOW_HALF,
      }),
    },
  );
  let sinceMs = clock.steadyMs();
  breaker.onStateChange(() => {
    sinceMs = clock.steadyMs();
  });
  const isResting = () =>
    // Somebody else's text is the trial just now; this one doesn't wait for its outcome.
    breaker.state === CircuitState.HalfOpen ||
    (breaker.state === CircuitState.Open && clock.steadyMs() < sinceMs + REST_MS);
  return {
    gateway,
    get health() {
      return { gateway: gateway.name, state: STATES[breaker.state], sinceMs };
    },
    async attempt(message, deadline) {
      if (isResting()) return undefined;
      const stalledMs = Math.max(BUDGET.stalledMsMin, BUDGET.stalledShare * deadline.remainingMs());
      const answering = ask(gateway, message, deadline);
      await breaker.execute(() => hasFailed(answering, clock, stalledMs));
      return answering;
    },
  };
}

function ask(gateway: SmsGateway, message: SmsMessage, deadline: Deadline): Promise<Delivery> {
  return gateway.send(message, deadline).catch((error: unknown) => {
    const detail = error instanceof Error ? error.name : 'thrown';
    return { kind: 'unknown', gateway: gateway.name, detail };
  });
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
