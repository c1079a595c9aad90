import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';

/** Sandbox and production share nothing, so a database belongs to one of them for good. [ENV-1] */
export type Environment = 'sandbox' | 'production';

/** Schema versions before and after opening; 0: the database was new. */
export interface MigrationResult {
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** Marks a file as ours in its header: "GSPo". */
const APPLICATION_ID = 0x47_53_50_6f;

/**
 * Forward only; the n-th leads to version n. A migration that was released is never edited, another one is added.
 * Portable SQL where it can be: the same tables serve other engines.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- A sendOtp request has at most one challenge, so both stand in one row; the columns from challenge_id on are
  -- NULL where there is none. Times are ms since the Unix epoch on the steady clock. Whether a value is one of its
  -- kind is checked by whoever reads the row: a CHECK with a list of states costs more than all else of an insert.
  CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL,
    method TEXT NOT NULL,
    state TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    owner TEXT NOT NULL,
    lease_expires_at_ms INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER,
    result TEXT,
    integrator_id TEXT,
    reason TEXT,
    send_otp_request_id TEXT,
    challenge_id TEXT,
    challenge_state TEXT,
    nonce BLOB,
    secret_id TEXT,
    code_length INTEGER,
    account_digest BLOB,
    phone_number_digest BLOB,
    otp_context TEXT,
    issued_at_ms INTEGER,
    expires_at_ms INTEGER,
    submissions INTEGER,
    failed_attempts INTEGER,
    attempted_at_ms INTEGER,
    events TEXT,
    UNIQUE (request_id, method)
  ) STRICT;
  CREATE INDEX request_received ON request (received_at_ms);
  CREATE INDEX request_account ON request (account_digest, issued_at_ms) WHERE account_digest IS NOT NULL;
  CREATE INDEX request_phone_number ON request (phone_number_digest, issued_at_ms)
    WHERE phone_number_digest IS NOT NULL;

  CREATE TABLE ceiling (
    subject TEXT NOT NULL,
    window_ms INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    sends INTEGER NOT NULL,
    PRIMARY KEY (subject, window_ms, bucket)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Of the challenge: whom it is for, roughly; and of its newest text: who has it, and what became of it.
  ALTER TABLE request ADD COLUMN country TEXT;
  ALTER TABLE request ADD COLUMN number_prefix TEXT;
  ALTER TABLE request ADD COLUMN gateway TEXT;
  ALTER TABLE request ADD COLUMN message_id TEXT;
  ALTER TABLE request ADD COLUMN submitted_at_ms INTEGER;
  ALTER TABLE request ADD COLUMN receipt_key TEXT;
  ALTER TABLE request ADD COLUMN receipt_state TEXT;
  ALTER TABLE request ADD COLUMN receipt_at_ms INTEGER;
  -- Only texts that a receipt may come for are in it.
  CREATE INDEX request_receipt ON request (receipt_key) WHERE receipt_key IS NOT NULL;

  CREATE TABLE block (
    subject TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    unverified INTEGER NOT NULL,
    verified INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX block_until ON block (until_ms);
  `,
];

/** The schema version that this program works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the database to this program's schema version, each migration in a transaction of its own. Throws
 * `UnavailableError` and changes nothing if the database is of a newer version, of the other environment, or not
 * ours at all. Safe to call again.
 */
export function migrate(database: DatabaseSync, environment: Environment): MigrationResult {
  const fromVersion = schemaVersion(database);
  for (const [index, sql] of MIGRATIONS.entries()) {
    const version = index + 1;
    if (version <= fromVersion) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(`${sql}; PRAGMA user_version = ${version}; PRAGMA application_id = ${APPLICATION_ID};`);
      if (version === 1) {
        database.prepare(`INSERT INTO meta (name, value) VALUES ('environment', ?)`).run(environment);
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
  refuseOtherEnvironment(database, environment);
  return { fromVersion, toVersion: MIGRATIONS.length };
}

/** Throws `UnavailableError` unless the database can be read as it is, without a migration. */
export function requireCurrentSchema(database: DatabaseSync, environment: Environment): void {
  const version = schemaVersion(database);
  if (version < MIGRATIONS.length) {
    throw new UnavailableError(
      `the database has schema version ${version}, this program needs ${MIGRATIONS.length}: run gsp-otp migrate`,
    );
  }
  refuseOtherEnvironment(database, environment);
}

/** 0: an empty database. */
function schemaVersion(database: DatabaseSync): number {
  const applicationId = readNumber(database, 'SELECT application_id AS n FROM pragma_application_id');
  const version = readNumber(database, 'SELECT user_version AS n FROM pragma_user_version');
  const tables = readNumber(database, 'SELECT count(*) AS n FROM sqlite_schema');
  const isNew = applicationId === 0 && version === 0 && tables === 0;
  if (!isNew && applicationId !== APPLICATION_ID) {
    throw new UnavailableError('the database belongs to another program; name a file of its own');
  }
  if (version > MIGRATIONS.length) {
    throw new UnavailableError(
      `the database has schema version ${version}, this program knows versions up to ${MIGRATIONS.length}: ` +
        'run a newer gsp-otp, or restore the backup that was made before the upgrade',
    );
  }
  return version;
}

function refuseOtherEnvironment(database: DatabaseSync, environment: Environment): void {
  const found = database.prepare(`SELECT value FROM meta WHERE name = 'environment'`).get()?.['value'];
  if (found === environment) return;
  throw new UnavailableError(
    `the database belongs to the ${found} environment, this server runs as ${environment}: ` +
      'each environment needs a database of its own',
  );
}

function readNumber(database: DatabaseSync, sql: string): number {
  return Number(database.prepare(sql).get()?.['n']);
}
