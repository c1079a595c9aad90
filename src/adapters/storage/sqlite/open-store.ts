import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataTerms, SchemaChange } from '../../data-kind.ts';
import type { DatabaseFile } from '../../sqlite/database-file.ts';
import { judgeFiles } from '../../sqlite/judge-files.ts';
import { openDatabase, openPlainly, schemaVersionOf } from '../../sqlite/open-database.ts';
import { inOneTransaction } from '../../sqlite/transaction.ts';
import type { KeyRecord } from '../key-record.ts';
import type { OpenedStore, StoreAccess } from '../store-kind.ts';
import { endUnusedCodes } from './end-codes.ts';
import { codesBySecret, readKeyChecks, writeKeyChecks } from './key-checks.ts';
import { otpStoreKind } from './migrations.ts';
import { openSqliteOtpStore, type SqliteOtpStore } from './otp-store.ts';
import { readRevokedKeys } from './revoked-keys.ts';
import { lockFileOf, lockForServer } from './server-lock.ts';
import { type SqliteStoreSettings, where } from './settings.ts';
import { markStore, requireStore } from './store-mark.ts';

/** A reader waits only for the moment in which a crashed writer's log is cleaned up. */
const READER_WAIT_MS = 100;

type Terms = DataTerms<SqliteStoreSettings>;

export async function openStore(terms: Terms, access: StoreAccess): Promise<OpenedStore> {
  const { environment } = terms;
  const file = where(terms);
  const beside = access === 'read' ? 'read' : access === 'beside' ? 'write' : undefined;
  if (beside !== undefined && !isThere(file)) {
    throw new UnavailableError(`there is no database ${file} yet: a server makes it`);
  }
  if (beside === undefined)
    requireStore({ file, isExpected: environment === 'production', mayBeMade: access === 'make' });
  const store = openSqliteOtpStore({ file, environment, beside });
  try {
    if (beside === undefined) markStore(file);
    const fault = () => store.fault();
    return { store, isNew: store.migration?.fromVersion === 0, keys: keyRecordOf(store), fault };
  } catch (error) {
    void store.close();
    throw error;
  }
}

export async function inspectStore(terms: Terms, access: 'serve' | 'make'): Promise<SchemaChange> {
  const file = where(terms);
  // It makes nothing, and before the first start nothing is missing.
  requireStore({ file, isExpected: false, mayBeMade: access === 'make' });
  judgeFiles(lockFileOf(file), 'write');
  return { fromVersion: schemaVersionOf(otpStoreKind, file), toVersion: otpStoreKind.migrations.length };
}

export async function revokedKeysOf(terms: Terms): Promise<readonly string[]> {
  const file = where(terms);
  if (schemaVersionOf(otpStoreKind, file) === 0) return [];
  const order = { file, environment: terms.environment, access: 'copy', waitMs: READER_WAIT_MS } as const;
  const { database } = openDatabase(otpStoreKind, order);
  try {
    return readRevokedKeys(database);
  } finally {
    database.close();
  }
}

export async function fileOfStore(terms: Terms): Promise<DatabaseFile> {
  const file = where(terms);
  return {
    kind: otpStoreKind,
    file,
    environment: terms.environment,
    lock: () => lockForServer(file, openPlainly, { restoring: true }),
    endCodes: endUnusedCodes,
    placed: () => markStore(file),
  };
}

function keyRecordOf(store: SqliteOtpStore): KeyRecord {
  const { database } = store;
  return {
    checks: async () => readKeyChecks(database),
    note: async (checks) => inOneTransaction(database, () => writeKeyChecks(database, checks)),
    codesBySecret: async () => codesBySecret(database),
    async rotate(checks, decide, { dryRun }) {
      const rotate = () => {
        writeKeyChecks(database, checks);
        return endUnusedCodes(database, decide);
      };
      return inOneTransaction(database, rotate, { keep: !dryRun });
    },
    revoked: async () => readRevokedKeys(database),
    keepRevoked: (fingerprints) => store.keepRevokedKeys(fingerprints),
  };
}
