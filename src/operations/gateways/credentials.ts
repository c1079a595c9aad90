import { createLink } from '../../adapters/http-client/link.ts';
import { unreachedOf } from '../../adapters/http-client/probe.ts';
import { createSystemClock } from '../../adapters/system/system-clock.ts';
import { createDeadline } from '../../ports/deadline.ts';
import type { CredentialCheck, UnreachedHost } from '../../ports/sms-gateway.ts';
import { type Gateway, memberNamed } from '../../settings/gateway-members.ts';
import { sessionOf } from '../../settings/gateway-rules.ts';
import { composeGateway } from '../../wiring/gateways.ts';

/** What is found out of a gateway without sending a text. */
export interface GatewayExamination {
  /** Hosts of it that can't be connected to, or not securely. */
  readonly unreached: readonly UnreachedHost[];
  /** `undefined`: it has no call that tells, or can't be asked. */
  readonly credentials: CredentialCheck | undefined;
}

/**
 * Connects to the gateway of that name as a text would, and asks it whether its credentials are right, each within
 * `budgetMs`; no text is sent. Throws `TypeError` if no gateway has that name.
 */
export async function examineGatewayOf(
  settings: Gateway,
  name: string,
  budgetMs: number,
): Promise<GatewayExamination> {
  const chosen = memberNamed(settings, name);
  if (chosen === undefined) throw new TypeError(`there is no gateway ${name}`);
  const session = sessionOf(chosen);
  if (session !== undefined) {
    // Of kinds that have a link, its settings; the others have none of them.
    const link: object = chosen;
    const unreached = await unreachedOf([session], createLink(link), AbortSignal.timeout(budgetMs));
    return { unreached, credentials: undefined };
  }
  const clock = createSystemClock();
  const gateway = await composeGateway(chosen, clock);
  const reaching = createDeadline(clock, budgetMs);
  try {
    const unreached = (await gateway.probe?.(reaching)) ?? [];
    if (unreached.length > 0) return { unreached, credentials: undefined };
    const checking = createDeadline(clock, budgetMs);
    const credentials = await gateway.checkCredentials?.(checking).finally(checking.cancel);
    return { unreached, credentials };
  } finally {
    reaching.cancel();
    await gateway.close();
  }
}
