import { ConfigError } from '../../config/faults.ts';
import type { ConfigSources } from '../../config/layers.ts';
import { isE164 } from '../../ports/e164.ts';
import { type Config, inspectConfig } from '../../settings/load.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';

export type GatewayConfig = Pick<Config, 'sms' | 'requests'>;

/**
 * Only the gateway's settings have to be sound: it is tried while the rest is still being set up. Throws
 * `ConfigError` if one of them is faulty.
 */
export function readGatewaySettings(sources: ConfigSources): GatewayConfig {
  const { faults, values } = inspectConfig(sources);
  const relevant = faults.filter(({ path }) => /^(|sms|sms\.(gateway|dlt)(\..*)?)$/.test(path));
  if (relevant.length > 0) throw new ConfigError(relevant);
  return values as GatewayConfig;
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
