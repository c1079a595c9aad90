import type { Logger } from 'pino';
import { InboxGateway } from '../adapters/gateways/inbox/gateway.ts';
import { createFeedback } from '../adapters/gateways/shared/feedback.ts';
import type { Clock } from '../ports/clock.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';
import type { Receipts } from '../receipts/take.ts';
import type { Config } from '../settings/load.ts';
import { composeGateways, joinGateways } from './gateways.ts';

export interface DeliveryParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly receipts: Receipts;
}

/** Gateways of whoever runs the server inside a process of his own. */
export interface GatewayOverrides {
  /** In place of the one that the configuration names. */
  readonly gateway?: SmsGateway;
  /**
   * Before the one that the configuration names, in this order: what one of them can't take, the next one is asked to, and
   * at last the configured one. If that is a failover, they stand before its members, and where a route fits a number, the
   * gateways of the route serve it alone. Each needs a name of its own: a gateway that has `readReceipts` is called at
   * `receipts.path`/NAME, where the configuration has `receipts`.
   */
  readonly gateways?: readonly SmsGateway[];
}

/** How texts go out, and how gateways learn that one arrived. */
export async function composeDelivery(
  config: Config,
  { gateway: replacement, gateways: own = [] }: GatewayOverrides,
  { clock, log, receipts }: DeliveryParts,
  closers: (() => Promise<void>)[],
) {
  const ways = { listener: config.receipts, onReceipt: receipts.take, onStray: receipts.report };
  // Also where another part can't be had; closing twice is as good as once.
  closers.push(...[...own, ...(replacement ? [replacement] : [])].map((given) => () => given.close()));
  const { gateway, members } = replacement
    ? joinGateways([...own, replacement], clock)
    : await composeGateways(config.sms.gateway, clock, ways, own);
  closers.push(() => gateway.close());
  const feedback = createFeedback({
    gateways: members,
    clock,
    onFailure: (name, error) => log.warn({ gateway: name, err: error }, 'feedback'),
  });
  closers.push(() => feedback.close());
  const inbox = replacement ? undefined : members.find((member) => member instanceof InboxGateway);
  return { gateway, members, inbox, feedback };
}

export type Delivery = Awaited<ReturnType<typeof composeDelivery>>;
