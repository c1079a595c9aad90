import type { ConfigSources } from '../../config/layers.ts';
import { isE164 } from '../../ports/e164.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

/** The settings of the gateways: they are tried while the rest is still being set up. Throws `ConfigError`. */
export function readGatewaySettings(sources: ConfigSources) {
  return readSomeSettings(sources, ['sms.gateway', 'sms.dlt', 'requests.budgetMs']);
}

/** With the `+`: nobody's phone has so few digits, but a typing error has. */
const SHORTEST_LENGTH = 7;

/** Throws if a number that was given on the command line isn't E.164. */
export function checkNumber(to: string): void {
  if (isE164(to) && to.length > SHORTEST_LENGTH) return;
  throw new Failure(
    'that is not a phone number',
    'Write it in E.164, such as +14035551111.',
    exitCodes.usage,
  );
}
