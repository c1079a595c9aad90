import type { DatabaseKind } from '../../sqlite/database-kind.ts';

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
  `
  -- What the limits count besides texts, apart from the challenges, so that nothing that becomes of those forgets or
  -- dates it anew. The subject is the digest of an account or of a phone number.
  CREATE TABLE misstep (
    subject BLOB NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (subject, kind, at_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX misstep_at ON misstep (at_ms);
  INSERT INTO misstep (subject, kind, at_ms, times)
    SELECT account_digest, 'wrong', attempted_at_ms, sum(failed_attempts) FROM request
    WHERE failed_attempts > 0 AND attempted_at_ms > 0 GROUP BY account_digest, attempted_at_ms;
  INSERT INTO misstep (subject, kind, at_ms, times)
    SELECT account_digest, 'exhausted', attempted_at_ms, count(*) FROM request
    WHERE challenge_state = 'exhausted' AND attempted_at_ms > 0 GROUP BY account_digest, attempted_at_ms;

  -- When the newest text of a challenge was counted; the moment on the wall clock that ends its code; and whom its
  -- request named, sealed. attempted_at_ms says nothing any more: what it said stands in misstep.
  ALTER TABLE request ADD COLUMN counted_at_ms INTEGER;
  ALTER TABLE request ADD COLUMN expires_at_wall_ms INTEGER;
  ALTER TABLE request ADD COLUMN recipient BLOB;
  UPDATE request SET counted_at_ms = received_at_ms, expires_at_wall_ms = expires_at_ms WHERE challenge_id IS NOT NULL;
  -- Refused texts count for nothing here and are not in it, so a flood of them costs no look-up.
  CREATE INDEX request_account_text ON request (account_digest, counted_at_ms) WHERE submissions > 0;
  CREATE INDEX request_phone_number_text ON request (phone_number_digest, counted_at_ms) WHERE submissions > 0;
  CREATE INDEX request_verified ON request (phone_number_digest) WHERE challenge_state = 'verified';
  `,
  `
  -- Both digests stand in the rows of sendOtp requests that were declined too, for whoever looks for them; those have no
  -- issued_at_ms.
  DROP INDEX request_account;
  DROP INDEX request_phone_number;
  CREATE INDEX request_account ON request (account_digest, received_at_ms) WHERE account_digest IS NOT NULL;
  CREATE INDEX request_phone_number ON request (phone_number_digest, received_at_ms)
    WHERE phone_number_digest IS NOT NULL;
  `,
  `
  -- Where the texts of a challenge are counted, so that they are given back there. For those that may still be refused or
  -- verified the counters themselves tell: no code lives longer than ten minutes. Older ones are not given back any more.
  ALTER TABLE request ADD COLUMN counted TEXT;
  UPDATE request SET counted = (
    SELECT json_array(json_array(
      json_group_array(json_array(subject, window_ms, bucket)) FILTER (WHERE subject NOT LIKE 'unverified:%'),
      json_group_array(json_array(subject, window_ms, bucket)) FILTER (WHERE subject LIKE 'unverified:%')))
    FROM ceiling
    WHERE subject IN ('global', 'country:' || coalesce(country, 'none'), 'unverified:country:' || coalesce(country, 'none'),
        'unverified:range:' || substr(number_prefix, 1, length(number_prefix) - 2), 'unverified:prefix:' || number_prefix)
      AND bucket = counted_at_ms / ((window_ms + 11) / 12) AND sends > 0)
  WHERE received_at_ms > (SELECT max(received_at_ms) FROM request) - 600000
    AND submissions > 0 AND challenge_state IN ('submitting', 'sent', 'ambiguous');
  `,
  `
  -- What has used the code of a challenge, words with a space between; and of a consumption, whose code it was, sealed.
  ALTER TABLE request ADD COLUMN uses TEXT;
  ALTER TABLE request ADD COLUMN account BLOB;
  UPDATE request SET uses = 'verifyOtp' WHERE challenge_state = 'verified';
  DROP INDEX request_verified;
  CREATE INDEX request_verified ON request (phone_number_digest) WHERE uses IS NOT NULL;

  -- Association ids, by digest, that came through this server: whom each names, or that it names nobody any more.
  CREATE TABLE kept_association (
    digest BLOB PRIMARY KEY,
    account_digest BLOB NOT NULL,
    sealed BLOB NOT NULL,
    attempt TEXT NOT NULL,
    state TEXT NOT NULL,
    is_told INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX kept_association_untold ON kept_association (digest) WHERE is_told = 0;
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
