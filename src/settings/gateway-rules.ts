import { gatewayKinds } from '../adapters/gateways/catalog.ts';
import type { GatewayKind, GatewayRules } from '../adapters/gateways/shared/gateway-kind.ts';
import { type Gateway, membersOf, nameOf, type SingleGateway } from './gateway-members.ts';
import { rulesOfKinds } from './kind-rules.ts';

/*
 * What can be wrong with gateways beyond what a setting by itself tells.
 */

function rulesOf(gateway: SingleGateway): GatewayRules<SingleGateway> {
  const kinds: readonly Pick<GatewayKind, 'kind' | 'rules'>[] = gatewayKinds;
  const row = kinds.find(({ kind }) => kind === gateway.kind);
  if (row === undefined) throw new TypeError(`no gateway of kind ${gateway.kind}`);
  return row.rules as GatewayRules<SingleGateway>;
}

/** Where it is asked, as the settings say: URLs and request templates. */
export function urlsOf(gateway: SingleGateway): readonly (string | undefined)[] {
  return rulesOf(gateway).urls(gateway);
}

/** Where the connection of its session is tried without one, see `GatewayRules`; `undefined`: it keeps none. */
export function sessionOf(gateway: SingleGateway): string | undefined {
  return rulesOf(gateway).sessionAt?.(gateway);
}

export function isCalledBack(gateway: SingleGateway): boolean {
  return rulesOf(gateway).isCalledBack(gateway);
}

export function isClear(gateway: SingleGateway): boolean {
  if ('privateLink' in gateway && gateway.privateLink) return false;
  return urlsOf(gateway).some((url) => url !== undefined && /^http:/i.test(url));
}

export function gatewayCaution(gateway: Gateway): string | undefined {
  return membersOf(gateway)
    .map((member) => rulesOf(member).caution?.(member))
    .find(Boolean);
}

const ruled = gatewayKinds.map(({ kind, rules }) => ({ kind, rules: rules.between }));
const { always, inProduction } = rulesOfKinds('sms.gateway', ruled, ({ sms }) => membersOf(sms.gateway));

/** Rules between the settings of one gateway. */
export { always as gatewayRules, inProduction as productionGatewayRules };

export function namesTwice(gateway: Gateway): boolean {
  const names = membersOf(gateway).map(nameOf);
  return new Set(names).size < names.length;
}

export function routeFaults(gateway: Gateway): readonly string[] {
  if (gateway.kind !== 'failover') return [];
  const names = membersOf(gateway).map(nameOf);
  const prefixes = gateway.routes.flatMap((route) => route.prefixes);
  const twice = new Set(prefixes.filter((prefix, index) => prefixes.indexOf(prefix) < index));
  const faults = gateway.routes.flatMap(({ gateways, weights }, index) => [
    ...gateways
      .filter((name) => !names.includes(name))
      .map((name) => `routes.${index} names ${name}, which is no gateway`),
    ...(weights !== undefined && weights.length !== gateways.length
      ? [`routes.${index} has ${weights.length} weights for ${gateways.length} gateways`]
      : []),
    ...(weights?.every((weight) => weight === 0) ? [`routes.${index} has no weight above 0`] : []),
  ]);
  return [...faults, ...Array.from(twice, (prefix) => `two routes have the prefix ${prefix}`)];
}
