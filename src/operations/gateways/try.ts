import { createSystemClock } from '../../adapters/system/system-clock.ts';
import { createSystemEntropy } from '../../adapters/system/system-entropy.ts';
import { countryOf, phoneNumberSecret } from '../../domain/phone-number.ts';
import { dltFor } from '../../domain/text/dlt.ts';
import { measureSms } from '../../domain/text/sms-encoding.ts';
import { createDeadline } from '../../ports/deadline.ts';
import { Secret } from '../../ports/secret.ts';
import type { Delivery } from '../../ports/sms-gateway.ts';
import { type Gateway, memberNamed } from '../../settings/gateway-members.ts';
import type { Config } from '../../settings/load.ts';
import { composeGateway } from '../../wiring/gateways.ts';

const TEXT = 'This is a test of text messages. There is nothing to do.';

export interface GatewayTrial {
  readonly delivery: Delivery;
  readonly durationMs: number;
}

/** No text is sent, and why not. */
export class TrialRefused extends Error {
  override readonly name = 'TrialRefused';
  readonly reason: 'inbox' | 'unknown-gateway';

  constructor(reason: TrialRefused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Sends one text without a code to `to` (E.164), by the gateway of that name or as the server would, within the
 * budget of a request. Throws `TrialRefused` before anything is opened.
 */
export async function tryGateway(
  { sms, requests }: Pick<Config, 'sms' | 'requests'>,
  { to, gateway: name }: { readonly to: string; readonly gateway?: string },
): Promise<GatewayTrial> {
  const chosen = chosenFor(sms.gateway, name);
  const clock = createSystemClock();
  const gateway = await composeGateway(chosen, clock);
  const startedMs = clock.steadyMs();
  const deadline = createDeadline(clock, requests.budgetMs);
  const language = 'en';
  const { encoding, segments } = measureSms(TEXT);
  const message = {
    to: phoneNumberSecret(to),
    text: new Secret(TEXT),
    encoding,
    segments,
    reference: createSystemEntropy().id(),
    validityMs: 600_000,
    country: countryOf(to),
    language,
    dlt: dltFor(sms.dlt, phoneNumberSecret(to), { language, otpContext: undefined }),
  };
  const answered = await gateway.send(message, deadline).finally(deadline.cancel);
  await gateway.close();
  // What comes later nobody waits for here.
  const delivery = answered.kind === 'unknown' ? { ...answered, later: undefined } : answered;
  return { delivery, durationMs: clock.steadyMs() - startedMs };
}

function chosenFor(settings: Gateway, name: string | undefined): Gateway {
  if (settings.kind === 'inbox')
    throw new TrialRefused('inbox', 'the gateway is the inbox, which sends nothing');
  const chosen = name === undefined ? settings : memberNamed(settings, name);
  if (chosen !== undefined) return chosen;
  throw new TrialRefused('unknown-gateway', `there is no gateway ${name}`);
}
