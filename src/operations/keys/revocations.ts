import { describeFileFault } from '../../ports/file-fault.ts';
import { type StoreSettings, storeOf } from '../../wiring/data-kinds.ts';
import type { KeySettings } from '../../wiring/keys.ts';

/** What the store remembers of keys that a server has seen revoked. [OQ-79] */
export interface Revocations {
  /** By fingerprint; the caller's own, to pass to who reads keys. */
  readonly revoked: Set<string>;
  /** That the store could not be asked and why, as a sentence. `undefined`: it was, or there is nothing to ask for. */
  readonly notConsulted: string | undefined;
}

/**
 * Asks the store, beside a running server or without one, as the next start would. Where there is no store nothing is
 * remembered; JWKs have no revocations.
 */
export async function recallRevocations(
  settings: Pick<KeySettings, 'payload'> & StoreSettings,
): Promise<Revocations> {
  if (settings.payload.pgp === undefined) return { revoked: new Set(), notConsulted: undefined };
  const { row, terms } = storeOf(settings);
  try {
    return { revoked: new Set(await row.revokedKeys(terms)), notConsulted: undefined };
  } catch (error) {
    const reason =
      describeFileFault(error, row.where(terms)) ?? (error instanceof Error ? error.message : error);
    return {
      revoked: new Set(),
      notConsulted: `what the store remembers of revoked keys was not consulted: ${reason}`,
    };
  }
}
