import type { Settings } from './settings.ts';

export type Gateway = Settings['sms']['gateway'];

/** One that hands over by itself. */
export type SingleGateway = Exclude<Gateway, { readonly kind: 'failover' }>;

/** Those by which it delivers, in the order in which they are asked: itself, or the members of a failover. */
export function membersOf(gateway: Gateway): readonly SingleGateway[] {
  return gateway.kind === 'failover' ? gateway.gateways : [gateway];
}

/** In the log, in the record and in routes: its name, or its kind where that has none. */
export function nameOf(gateway: Gateway): string {
  return 'name' in gateway ? gateway.name : gateway.kind;
}

/** The one of that name; `undefined`: none has it. */
export function memberNamed(gateway: Gateway, name: string): SingleGateway | undefined {
  return membersOf(gateway).find((member) => nameOf(member) === name);
}
