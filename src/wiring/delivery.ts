import type { Logger } from 'pino';
import { InboxGateway } from '../adapters/gateways/inbox/gateway.ts';
import { createFeedback } from '../adapters/gateways/shared/feedback.ts';
import type { Clock } from '../ports/clock.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';
import type { Receipts } from '../receipts/take.ts';
import type { Config } from '../settings/load.ts';
import { composeGateways } from './gateways.ts';

export interface DeliveryParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly receipts: Receipts;
}

/** How texts go out, and how gateways learn that one arrived. */
export async function composeDelivery(
  config: Config,
  overrides: { readonly gateway?: SmsGateway },
  { clock, log, receipts }: DeliveryParts,
  closers: (() => Promise<void>)[],
) {
  const { gateway, members } = overrides.gateway
    ? { gateway: overrides.gateway, members: [overrides.gateway] }
    : await composeGateways(config.sms.gateway, clock, {
        listener: config.receipts,
        onReceipt: receipts.take,
        onStray: receipts.report,
      });
  closers.push(() => gateway.close());
  const feedback = createFeedback({
    gateways: members,
    clock,
    onFailure: (name, error) => log.warn({ gateway: name, err: error }, 'feedback'),
  });
  closers.push(() => feedback.close());
  const inbox = overrides.gateway === undefined && gateway instanceof InboxGateway ? gateway : undefined;
  return { gateway, members, inbox, feedback };
}

export type Delivery = Awaited<ReturnType<typeof composeDelivery>>;
