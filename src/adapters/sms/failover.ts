import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  SamplingBreaker,
} from 'cockatiel';
import type { Clock, Deadline } from '../../ports/clock.ts';
import type { Delivery, RefusalReason, SmsGateway, SmsMessage } from '../../ports/sms-gateway.ts';

export interface FailoverTerms {
  readonly name: string;
  /** In order of preference. */
  readonly gateways: readonly SmsGateway[];
  /** Ask the next one also where it is unknown whether the text was taken: the user may get two. */
  readonly afterUnknown: boolean;
  /** The next one is asked only if so much of the deadline is left. */
  readonly attemptMsMin: number;
  readonly clock: Clock;
}

/** A no that another gateway may turn into a yes. The others would be said by any gateway. */
const WORTH_ANOTHER = new Set<RefusalReason>(['gateway-down', 'quota', 'credentials', 'sender-not-allowed']);

/** A no that the gateway would say to the next text as well. */
const AGAINST_GATEWAY = new Set<RefusalReason>(['gateway-down', 'quota', 'credentials']);

/** A gateway rests when more than half of its last texts failed, and is tried with one text afterwards. */
const FAILED_SHARE_MAX = 0.5;
const WINDOW_MS = 30_000;
const TEXTS_MIN = 5;
const REST_MS = 10_000;

/** Timers are late on a busy machine. */
const TIMER_LAG_MS = 50;

interface Member {
  readonly gateway: SmsGateway;
  readonly breaker: ReturnType<typeof createBreaker>;
}

/** Several gateways as one: what one can't take now, the next one is asked to. [OPS-2] */
export function createFailoverGateway(terms: FailoverTerms): SmsGateway {
  const members = terms.gateways.map((gateway): Member => ({ gateway, breaker: createBreaker() }));
  return {
    name: terms.name,
    send: (message, deadline) => sendByOne(members, message, deadline, terms),
    async close() {
      await Promise.all(members.map(({ gateway }) => gateway.close()));
    },
  };
}

async function sendByOne(
  members: readonly Member[],
  message: SmsMessage,
  deadline: Deadline,
  { name, afterUnknown, attemptMsMin, clock }: FailoverTerms,
): Promise<Delivery> {
  const failed: Delivery[] = [];
  for (const [index, member] of members.entries()) {
    if (failed.length > 0 && deadline.remainingMs() < attemptMsMin) break;
    // Time for the others is kept back only if an unknown outcome leads on to them.
    const keptMs = afterUnknown ? (attemptMsMin + TIMER_LAG_MS) * (members.length - index - 1) : 0;
    const delivery = await attempt(member, message, keptMs > 0 ? sooner(clock, deadline, keptMs) : deadline);
    if (delivery?.kind === 'accepted') return delivery;
    if (delivery === undefined) continue;
    failed.push(delivery);
    const goesOn = delivery.kind === 'unknown' ? afterUnknown : WORTH_ANOTHER.has(delivery.reason);
    if (!goesOn) break;
  }
  return summarize(name, failed);
}

/** `undefined`: the gateway rests. */
async function attempt(
  { gateway, breaker }: Member,
  message: SmsMessage,
  deadline: Deadline,
): Promise<Delivery | undefined> {
  // Somebody else's text is the trial just now; this one doesn't wait for its outcome.
  if (breaker.state === CircuitState.HalfOpen) return undefined;
  try {
    return await breaker.execute(() => gateway.send(message, deadline));
  } catch (error) {
    if (error instanceof BrokenCircuitError) return undefined;
    return { kind: 'unknown', gateway: gateway.name, detail: error instanceof Error ? error.name : 'thrown' };
  }
}

function createBreaker() {
  return circuitBreaker(
    handleWhenResult((result) => speaksAgainst(result as Delivery)),
    {
      halfOpenAfter: REST_MS,
      breaker: new SamplingBreaker({
        threshold: FAILED_SHARE_MAX,
        duration: WINDOW_MS,
        minimumRps: (TEXTS_MIN * 1000) / WINDOW_MS,
      }),
    },
  );
}

function speaksAgainst(delivery: Delivery): boolean {
  if (delivery.kind === 'refused') return AGAINST_GATEWAY.has(delivery.reason);
  return delivery.kind === 'unknown';
}

/** The last one's answer; but if any may have taken the text, that is what counts. [OQ-28] */
function summarize(name: string, failed: readonly Delivery[]): Delivery {
  const telling = failed.find(({ kind }) => kind === 'unknown') ?? failed.at(-1);
  if (telling === undefined || telling.kind === 'accepted') {
    return {
      kind: 'refused',
      gateway: name,
      reason: 'gateway-down',
      detail: 'every gateway rests after failures',
    };
  }
  const others = failed.filter((delivery) => delivery !== telling).map(inWords);
  return others.length === 0 ? telling : { ...telling, detail: `${telling.detail}; ${others.join('; ')}` };
}

function inWords(delivery: Delivery): string {
  return `${delivery.gateway} ${delivery.kind === 'refused' ? delivery.reason : delivery.kind}`;
}

/** The deadline, `keptMs` earlier. */
function sooner(clock: Clock, deadline: Deadline, keptMs: number): Deadline {
  const ownMs = Math.max(1, deadline.remainingMs() - keptMs);
  const atMs = clock.steadyMs() + ownMs;
  const controller = new AbortController();
  clock.after(ownMs, () => controller.abort());
  return {
    atMs,
    remainingMs: () => Math.max(0, atMs - clock.steadyMs()),
    signal: AbortSignal.any([deadline.signal, controller.signal]),
  };
}
