import { BUDGET } from '../../../ports/budget.ts';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import { earlier } from '../../../ports/deadline.ts';
import type { Delivery, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';
import { refusalClasses } from '../shared/refusal-classes.ts';
import { type GatewayHealth, type RestingGateway, restingGateway } from './resting.ts';
import { chooseRoute, orderGateways, type Route } from './routes.ts';
import { pauseBeforeSecondTry } from './second-try.ts';

export interface FailoverTerms {
  readonly name: string;
  /** In order of preference, each with a name of its own. */
  readonly gateways: readonly SmsGateway[];
  /** Where a number has no route, all gateways serve it. Names in it are names of gateways. */
  readonly routes?: readonly Route[];
  /** Ask the next one also where it is unknown whether the text was taken: the user may get two. */
  readonly afterUnknown: boolean;
  /** The next one is asked only if so much of the deadline is left. */
  readonly attemptMsMin: number;
  readonly clock: Clock;
}

/** Several gateways as one. */
export interface RoutedGateway extends SmsGateway {
  readonly members: readonly SmsGateway[];
  /** How each of them did lately, in the order of `members`. */
  health(): readonly GatewayHealth[];
}

export function isRouted(gateway: SmsGateway): gateway is RoutedGateway {
  return 'members' in gateway && 'health' in gateway;
}

/**
 * Several gateways as one: what one can't take now, the next one of the number's route is asked to. [OPS-2] If none is left,
 * one that was only too busy is asked once more. [OQ-75]
 */
export function createFailoverGateway(terms: FailoverTerms): RoutedGateway {
  const { name, gateways, routes = [], clock } = terms;
  const resting = new Map(gateways.map((gateway) => [gateway.name, restingGateway(gateway, clock)]));
  const names = [...resting.keys()];
  return {
    name,
    members: gateways,
    health: () => [...resting.values()].map(({ health }) => health),
    send(message, deadline) {
      const route = chooseRoute(routes, names, message.to.reveal());
      const order = orderGateways(route, message.reference).flatMap((member) => resting.get(member) ?? []);
      return sendByOne(order, message, deadline, terms);
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
    },
  };
}

async function sendByOne(
  members: readonly RestingGateway[],
  message: SmsMessage,
  deadline: Deadline,
  { name, afterUnknown, attemptMsMin, clock }: FailoverTerms,
): Promise<Delivery> {
  const failed: Delivery[] = [];
  let throttled: RestingGateway | undefined;
  for (const [index, member] of members.entries()) {
    if (failed.length > 0 && deadline.remainingMs() < attemptMsMin) break;
    // Time for the others is kept back only if an unknown outcome leads on to them.
    const keptMs = afterUnknown ? (attemptMsMin + BUDGET.timerLagMs) * (members.length - index - 1) : 0;
    const own = keptMs > 0 ? earlier(clock, deadline, keptMs) : undefined;
    const delivery = await member.attempt(message, own ?? deadline).finally(own?.cancel);
    if (delivery?.kind === 'accepted') return delivery;
    if (delivery === undefined) continue;
    failed.push(delivery);
    const goesOn = delivery.kind === 'unknown' ? afterUnknown : refusalClasses[delivery.reason].goesOn;
    if (!goesOn) return summarize(name, failed);
    if (delivery.kind === 'refused' && delivery.reason === 'throttled') throttled ??= member;
  }
  if (throttled && (await pauseBeforeSecondTry(clock, deadline, attemptMsMin))) {
    const delivery = await throttled.attempt(message, deadline);
    if (delivery?.kind === 'accepted') return delivery;
    if (delivery !== undefined) failed.push(delivery);
  }
  return summarize(name, failed);
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
