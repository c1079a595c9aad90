import { openDatabase, schemaVersionOf } from '../../adapters/sqlite/open-database.ts';
import { otpStoreKind } from '../../adapters/storage/sqlite/migrations.ts';
import { readRevokedKeys } from '../../adapters/storage/sqlite/revoked-keys.ts';
import { describeFileFault } from '../../ports/file-fault.ts';
import { type DataSettings, otpStoreFileOf } from '../../wiring/data-files.ts';
import type { KeySettings } from '../../wiring/keys.ts';
import { BUSY_MS_MAX } from '../databases.ts';

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
export function recallRevocations(settings: Pick<KeySettings, 'payload'> & DataSettings): Revocations {
  const location = otpStoreFileOf(settings);
  try {
    const revoked = new Set(settings.payload.pgp === undefined ? [] : readFrom(location));
    return { revoked, notConsulted: undefined };
  } catch (error) {
    const reason =
      describeFileFault(error, location.file) ?? (error instanceof Error ? error.message : error);
    return {
      revoked: new Set(),
      notConsulted: `what the store remembers of revoked keys was not consulted: ${reason}`,
    };
  }
}

function readFrom(location: ReturnType<typeof otpStoreFileOf>): readonly string[] {
  if (schemaVersionOf(otpStoreKind, location.file) === 0) return [];
  const order = { ...location, access: 'copy', waitMs: BUSY_MS_MAX } as const;
  const { database } = openDatabase(otpStoreKind, order);
  try {
    return readRevokedKeys(database);
  } finally {
    database.close();
  }
}
