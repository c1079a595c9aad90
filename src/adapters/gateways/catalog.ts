import type { KindSchema } from '../../config/kinds.ts';
import * as aws from './aws/settings.ts';
import * as http from './http/settings.ts';
import * as inbox from './inbox/settings.ts';
import * as infobip from './infobip/settings.ts';
import type { GatewayKind } from './shared/gateway-kind.ts';
import * as smpp from './smpp/settings.ts';
import * as twilio from './twilio/settings.ts';
import * as vonage from './vonage/settings.ts';

/*
 * Every kind of gateway: one row a kind. Its adapter and its client library are loaded when one is opened: most servers have
 * one or two, and the libraries of all take long to start.
 */

/** Keeps what it is sent. */
const inboxKind = row(inbox, async (_, { clock }) => {
  const { InboxGateway } = await import('./inbox/gateway.ts');
  return new InboxGateway(clock);
});

/** Those that deliver. */
export const deliveringKinds = [
  row(twilio, async (...terms) => (await import('./twilio/gateway.ts')).createTwilioGateway(...terms)),
  row(vonage, async (...terms) => (await import('./vonage/gateway.ts')).createVonageGateway(...terms)),
  row(aws, async (...terms) => (await import('./aws/gateway.ts')).createAwsGateway(...terms)),
  row(infobip, async (...terms) => (await import('./infobip/gateway.ts')).createInfobipGateway(...terms)),
  row(http, async (...terms) => (await import('./http/gateway.ts')).createGenericGateway(...terms)),
  row(smpp, async (...terms) => (await import('./smpp/gateway.ts')).createSmppGateway(...terms)),
] as const;

export const gatewayKinds = [inboxKind, ...deliveringKinds] as const;

function row<Schema extends KindSchema>(
  { settings, rules }: Pick<GatewayKind<Schema>, 'settings' | 'rules'>,
  open: GatewayKind<Schema>['open'],
): GatewayKind<Schema> {
  return { kind: settings.properties.kind.const, settings, rules, open };
}
