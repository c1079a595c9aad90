import { ConfigError, type ConfigFault } from '../config/faults.ts';
import { membersOf } from '../settings/gateway-members.ts';
import type { Settings } from '../settings/settings.ts';
import { checkLink } from '../wiring/gateways.ts';
import { readKeyRings } from '../wiring/keys.ts';
import { composeTemplates } from '../wiring/texts.ts';
import { composeTls } from '../wiring/tls.ts';

/**
 * What a start would refuse of settings that are sound by themselves: keys, certificates, revocation lists and texts, judged by
 * what judges them at the start and in its words. Nothing is opened or made.
 */
export async function faultsOfStart(settings: Settings, nowMs: number): Promise<readonly ConfigFault[]> {
  const steps = [
    () => composeTls(settings.http, { nowMs: () => nowMs }),
    () => readKeyRings(settings, nowMs),
    () => composeTemplates(settings),
    ...membersOf(settings.sms.gateway).map((member) => () => checkLink(member, nowMs)),
  ];
  const faults = await Promise.all(steps.map(faultsOf));
  return faults.flat();
}

async function faultsOf(step: () => unknown): Promise<readonly ConfigFault[]> {
  try {
    await step();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
