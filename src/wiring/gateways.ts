import { gatewayKinds } from '../adapters/gateways/catalog.ts';
import {
  createFailoverGateway,
  type FailoverTerms,
  isRouted,
} from '../adapters/gateways/failover/failover.ts';
import { withSecondTry } from '../adapters/gateways/failover/second-try.ts';
import type { GatewayKind } from '../adapters/gateways/shared/gateway-kind.ts';
import { BUDGET } from '../ports/budget.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReceiptSink, StrayReceipt } from '../ports/delivery-receipt.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';
import { type Gateway, nameOf, type SingleGateway } from '../settings/gateway-members.ts';
import type { Config } from '../settings/load.ts';
import { checkLink } from './tls.ts';

/**
 * What an operator should know of the gateways: those that rest. They are never a reason not to be ready: other calls
 * than sendOtp work, and only a text can find out that a gateway works again.
 */
export function gatewayWarnings(gateway: SmsGateway, clock: Clock): readonly string[] {
  if (!isRouted(gateway)) return [];
  const resting = gateway.health().filter(({ state }) => state !== 'closed');
  const all = resting.length === gateway.members.length;
  return [
    ...resting.map(({ gateway: name, sinceMs }) => {
      const seconds = Math.round((clock.steadyMs() - sinceMs) / 1000);
      return `gateway ${name} rests after failures, for ${seconds} s now`;
    }),
    ...(all ? ['every gateway rests after failures: no text goes out until one of them works again'] : []),
  ];
}

/** The gateway that the settings describe, without receipts. One that keeps a session begins to open it. */
export async function composeGateway(settings: Gateway, clock: Clock): Promise<SmsGateway> {
  return (await composeGateways(settings, clock)).gateway;
}

/** A gateway, and those by which it delivers: itself, or the members of a failover. */
export interface ComposedGateways {
  readonly gateway: SmsGateway;
  readonly members: readonly SmsGateway[];
}

/** How receipts come; nothing of it: none are asked for. */
export interface ReceiptWays {
  /** Where gateways call with them. */
  readonly listener?: Config['receipts'];
  /** Takes what gateways tell over sessions that they keep. */
  readonly onReceipt?: ReceiptSink;
  /** Is told of what looks like a receipt and is none to record. */
  readonly onStray?: (stray: StrayReceipt) => void;
}

/** The same, with receipts. `own` stand before those of the settings, in a failover with them. */
export async function composeGateways(
  settings: Gateway,
  clock: Clock,
  receipts: ReceiptWays = {},
  own: readonly SmsGateway[] = [],
): Promise<ComposedGateways> {
  if (settings.kind !== 'failover' && own.length === 0) {
    const member = await composeMember(settings, clock, receipts, true);
    // The inbox is never busy.
    const gateway = settings.kind === 'inbox' ? member : withSecondTry(member, clock, BUDGET.attemptMsMin);
    return { gateway, members: [member] };
  }
  const isFailover = settings.kind === 'failover';
  const configured = await Promise.all(
    (isFailover ? settings.gateways : [settings]).map((member) =>
      composeMember(member, clock, receipts, false),
    ),
  );
  return joinGateways([...own, ...configured], clock, isFailover ? settings : {});
}

/** One gateway as it is; several in a failover, in order of preference. Throws `TypeError` if two have the same name. */
export function joinGateways(
  members: readonly SmsGateway[],
  clock: Clock,
  { routes, afterUnknown = false }: Partial<Pick<FailoverTerms, 'routes' | 'afterUnknown'>> = {},
): ComposedGateways {
  const names = members.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new TypeError(`two gateways have the name ${twice}: give one of them another`);
  const [only] = members;
  if (only && members.length === 1) return { gateway: only, members };
  const terms = {
    name: 'failover',
    gateways: members,
    afterUnknown,
    attemptMsMin: BUDGET.attemptMsMin,
    clock,
  };
  return { gateway: createFailoverGateway({ ...terms, ...(routes && { routes }) }), members };
}

async function composeMember(
  settings: SingleGateway,
  clock: Clock,
  { listener, onReceipt, onStray }: ReceiptWays,
  isAlone: boolean,
): Promise<SmsGateway> {
  checkLink(`sms.gateway ${nameOf(settings)}`, settings, clock.nowMs());
  const receiptsUrl = listener && `${listener.publicUrl}${listener.path}/${nameOf(settings)}`;
  const kinds: readonly Pick<GatewayKind, 'kind' | 'open'>[] = gatewayKinds;
  const row = kinds.find(({ kind }) => kind === settings.kind);
  if (row === undefined) throw new TypeError(`no gateway of kind ${settings.kind}`);
  return row.open(settings, { clock, receiptsUrl, onReceipt, onStray, isAlone });
}
