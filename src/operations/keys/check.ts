import { ConfigError } from '../../config/faults.ts';
import type { StoreSettings } from '../../wiring/data-kinds.ts';
import { expiryWarnings } from '../../wiring/expiry.ts';
import { forgedKeyWarnings, passedOverWarnings } from '../../wiring/key-warnings.ts';
import { type KeySettings, readKeyRings } from '../../wiring/keys.ts';
import { listKeys } from './list.ts';
import { recallRevocations } from './revocations.ts';

/** What there is to say about the keys of the settings, each as a sentence. */
export interface KeyCheck {
  /** Why no server could start with them; empty: one could. What follows `notConsulted` is empty unless this is. */
  readonly faults: readonly string[];
  /** See `Revocations`. */
  readonly notConsulted: string | undefined;
  /** Keys in Google's place that aren't Google's. */
  readonly forged: readonly string[];
  /** What of Google's keys is passed over. [OQ-79] */
  readonly passedOver: readonly string[];
  /** What expires within 60 days. */
  readonly expiring: readonly string[];
}

/** Reads the keys as a start does, in its words. */
export async function checkKeys(settings: KeySettings & StoreSettings, nowMs: number): Promise<KeyCheck> {
  const { revoked, notConsulted } = await recallRevocations(settings);
  try {
    const rings = await readKeyRings(settings, nowMs, revoked);
    return {
      faults: [],
      notConsulted,
      forged: forgedKeyWarnings(rings, settings),
      passedOver: passedOverWarnings(rings),
      expiring: expiryWarnings({ rings, tls: [] }, nowMs),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const listed = (await listKeys(settings, nowMs)).entries.flatMap(({ fault }) => fault ?? []);
    const faults = listed.length > 0 ? listed : error.faults.map(({ path, reason }) => `${path}: ${reason}`);
    return { faults, notConsulted, forged: [], passedOver: [], expiring: [] };
  }
}
