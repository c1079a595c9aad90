import { maskUrl } from '../../config/literal-credentials.ts';
import { type Gateway, membersOf, nameOf } from '../../settings/gateway-members.ts';
import { urlsOf } from '../../settings/gateway-rules.ts';

export interface GatewayRow {
  readonly name: string;
  readonly kind: string;
  /** Where it is asked; `undefined` for the inbox, and for a public endpoint that follows from other settings. */
  readonly url: string | undefined;
}

/** The gateways, in the order in which they are asked. */
export function listGateways(settings: Gateway): readonly GatewayRow[] {
  return membersOf(settings).map((member) => {
    const [url] = urlsOf(member);
    return { name: nameOf(member), kind: member.kind, url: url && maskUrl(url) };
  });
}
