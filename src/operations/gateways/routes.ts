import { chooseRoute } from '../../adapters/gateways/failover/routes.ts';
import { senderFor } from '../../adapters/gateways/shared/sender.ts';
import { countryOf, maskPhoneNumber } from '../../domain/phone-number.ts';
import { type Gateway, membersOf, nameOf } from '../../settings/gateway-members.ts';
import type { Config } from '../../settings/load.ts';
import { listGateways } from './list.ts';

interface RouteRow {
  readonly prefixes: readonly string[];
  readonly gateways: readonly ShareRow[];
}

interface ShareRow {
  readonly name: string;
  /** Of the texts that go to it first, 0 to 1. */
  readonly share: number;
}

/** The routes as they are set; the last one, without a prefix, is for all other numbers. */
export function listRoutes(settings: Gateway): readonly RouteRow[] {
  const all = listGateways(settings).map(({ name }) => name);
  const routes = settings.kind === 'failover' ? settings.routes : [];
  return [
    ...routes.map(({ prefixes, gateways, weights }) => ({ prefixes, gateways: sharesOf(gateways, weights) })),
    ...(routes.some(({ prefixes }) => prefixes.includes('+'))
      ? []
      : [{ prefixes: [], gateways: sharesOf(all, undefined) }]),
  ];
}

export interface RouteExplanation {
  /** Masked. */
  readonly to: string;
  readonly country: string | undefined;
  /** Of the route that was taken; `undefined`: none fits, all gateways serve. */
  readonly prefix: string | undefined;
  /** In the order in which they are asked; with shares, one of those that have one is asked first. */
  readonly gateways: readonly (ShareRow & { readonly kind: string; readonly sender: string | undefined })[];
  /** What goes along with a text to India, by text; `undefined`: nothing does. */
  readonly dlt: Config['sms']['dlt'];
}

/** Who would deliver to a number (E.164), in which order and why. Nothing is sent. */
export function explainRoute({ gateway, dlt }: Config['sms'], to: string): RouteExplanation {
  const rows = listGateways(gateway);
  const country = countryOf(to);
  const routes = gateway.kind === 'failover' ? gateway.routes : [];
  const route = chooseRoute(
    routes,
    rows.map(({ name }) => name),
    to,
  );
  const kinds = new Map(rows.map(({ name, kind }) => [name, kind]));
  const senders = new Map(membersOf(gateway).map((member) => [nameOf(member), senderOf(member, country)]));
  return {
    to: maskPhoneNumber(to),
    country,
    prefix: route.prefix,
    gateways: sharesOf(route.gateways, route.weights).map(({ name, share }) => ({
      name,
      kind: kinds.get(name) ?? '',
      share,
      sender: senders.get(name),
    })),
    dlt: to.startsWith('+91') ? dlt : undefined,
  };
}

function sharesOf(names: readonly string[], weights: readonly number[] | undefined): readonly ShareRow[] {
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? 1;
  const weightAt = (index: number) => weights?.[index] ?? (weights === undefined && index === 0 ? 1 : 0);
  return names.map((name, index) => ({ name, share: weightAt(index) / total }));
}

function senderOf(settings: Gateway, country: string | undefined): string | undefined {
  if (!('senders' in settings || 'sender' in settings)) return undefined;
  const { sender = '', senders } = settings;
  return senderFor({ country }, { sender, senders }) || undefined;
}
