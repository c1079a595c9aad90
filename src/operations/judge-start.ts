import { ConfigError, type ConfigFault } from '../config/faults.ts';
import { membersOf, nameOf } from '../settings/gateway-members.ts';
import type { Settings } from '../settings/settings.ts';
import { forgedKeyWarnings, passedOverWarnings } from '../wiring/key-warnings.ts';
import { readKeyRings } from '../wiring/keys.ts';
import { composeTemplates } from '../wiring/texts.ts';
import { checkLink, composeTls } from '../wiring/tls.ts';
import { recallRevocations } from './keys/revocations.ts';

/** What a start would say of settings that are sound by themselves. */
export interface StartJudgement {
  /** Why it would be refused; empty: it would not. */
  readonly faults: readonly ConfigFault[];
  /** What it would warn of about keys, each as a sentence. */
  readonly warnings: readonly string[];
}

/**
 * Judges keys, certificates, revocation lists and texts by what judges them at the start and in its words. Nothing is
 * opened or made, except that the store is asked which keys were revoked.
 */
export async function judgeStart(settings: Settings, nowMs: number): Promise<StartJudgement> {
  const { revoked, notConsulted } = await recallRevocations(settings);
  const warnings = notConsulted === undefined ? [] : [notConsulted];
  const steps = [
    () => composeTls(settings.http, { nowMs: () => nowMs }),
    async () => {
      if (settings.internal === undefined) return;
      // It knows the listener, which takes a while to load.
      const { composeInternalDoor } = await import('../wiring/internal.ts');
      composeInternalDoor(settings.internal, { nowMs: () => nowMs });
    },
    async () => {
      const rings = await readKeyRings(settings, nowMs, revoked);
      warnings.push(...forgedKeyWarnings(rings, settings), ...passedOverWarnings(rings));
    },
    () => composeTemplates(settings),
    () => checkLink('directory', settings.directory, nowMs),
    ...membersOf(settings.sms.gateway).map(
      (member) => () => checkLink(`sms.gateway ${nameOf(member)}`, member, nowMs),
    ),
  ];
  const faults = await Promise.all(steps.map(faultsOf));
  return { faults: faults.flat(), warnings };
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
