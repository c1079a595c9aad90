import type { DatabaseKind } from '../sqlite/database-kind.ts';

/** Portable SQL where it can be: the same tables serve other engines. */
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

/** `otp.sqlite`: "GSPo" in its header; "GSPB" in that of a backup. */
export const otpStoreKind: DatabaseKind = {
  name: 'a database of requests and challenges',
  applicationId: 0x47_53_50_6f,
  backupId: 0x47_53_50_42,
  migrations: MIGRATIONS,
  readEnvironment: `SELECT value AS environment FROM meta WHERE name = 'environment'`,
  writeEnvironment: `INSERT INTO meta (name, value) VALUES ('environment', ?)`,
};
