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
  const clock = createSystemClock();
  const members = settings.kind === 'failover' ? settings.gateways : [];
  const gateway = composeGateway(members.find((member) => member.name === name) ?? settings, clock);
  try {
    return await gateway.checkCredentials?.(deadlineIn(budgetMs, clock));
  } finally {
    await gateway.close();
  }
}
