import { createSystemClock } from './adapters/system/system-clock.ts';
import { composeGateway, deadlineIn } from './compose-gateway.ts';
import type { Config } from './config.ts';
import type { CredentialCheck } from './ports/sms-gateway.ts';

/**
 * Asks the gateway of that name whether its credentials are right, within `budgetMs`; no text is sent. `undefined`: it has no
 * call for that.
 */
export async function checkCredentials(
  settings: Config['sms']['gateway'],
  name: string,
  budgetMs: number,
): Promise<CredentialCheck | undefined> {
  const members = settings.kind === 'failover' ? settings.gateways : [];
  const chosen = members.find((member) => member.name === name) ?? settings;
  // A second session under the same name may end the one of a running server.
  if (chosen.kind === 'smpp') return undefined;
  const clock = createSystemClock();
  const gateway = await composeGateway(chosen, clock);
  try {
    return await gateway.checkCredentials?.(deadlineIn(budgetMs, clock));
  } finally {
    await gateway.close();
  }
}
