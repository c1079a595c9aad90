import type { SchemaPart } from '../../postgres/migrate.ts';

const FIRST = `
  CREATE TABLE {schema}.meta (name text PRIMARY KEY, value text NOT NULL);

  -- A sendOtp request has at most one challenge, so both stand in one row; the columns from challenge_id on are NULL
  -- where there is none. Times are ms since the Unix epoch. Each write of a row gives it another version, by which a
  -- step finds out whether it decided on what still stands.
  CREATE TABLE {schema}.request (
    id bigint GENERATED ALWAYS AS IDENTITY,
    request_id text NOT NULL,
    method text NOT NULL,
    version uuid NOT NULL,
    state text NOT NULL,
    fingerprint bytea NOT NULL,
    owner text NOT NULL,
    lease_expires_at_ms bigint NOT NULL,
    received_at_ms bigint NOT NULL,
    answered_at_ms bigint,
    result text,
    integrator_id text,
    account bytea,
    reason text,
    send_otp_request_id text,
    challenge_id text,
    challenge_state text,
    nonce bytea,
    secret_id text,
    code_length integer,
    account_digest bytea,
    phone_number_digest bytea,
    otp_context text,
    issued_at_ms bigint,
    expires_at_ms bigint,
    expires_at_wall_ms bigint,
    recipient bytea,
    submissions integer,
    failed_attempts integer,
    uses text,
    country text,
    number_prefix text,
    counted_at_ms bigint,
    counted text,
    gateway text,
    message_id text,
    submitted_at_ms bigint,
    receipt_key text,
    receipt_state text,
    receipt_at_ms bigint,
    events text,
    PRIMARY KEY (request_id, method)
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
  CREATE INDEX request_received ON {schema}.request (received_at_ms);
  -- A request is in one index of its account and one of its number: in that of texts, or in the other one. None changes when
  -- its text is handed over, so PostgreSQL leaves them alone then.
  CREATE INDEX request_account_text ON {schema}.request (account_digest, counted_at_ms) WHERE submissions > 0;
  CREATE INDEX request_account_other ON {schema}.request (account_digest, received_at_ms)
    WHERE account_digest IS NOT NULL AND coalesce(submissions, 0) = 0;
  CREATE INDEX request_phone_number_text ON {schema}.request (phone_number_digest, counted_at_ms) WHERE submissions > 0;
  CREATE INDEX request_phone_number_other ON {schema}.request (phone_number_digest, received_at_ms)
    WHERE phone_number_digest IS NOT NULL AND coalesce(submissions, 0) = 0;
  CREATE INDEX request_receipt ON {schema}.request (receipt_key) WHERE receipt_key IS NOT NULL;

  -- An account or a phone number, by its digest. Whatever changes something that its limits count, or that tells which
  -- of its codes is the newest, gives it another version. received_at_ms: of the newest request that did. verified_at_ms:
  -- of the newest request whose code was verified for the number; NULL: none that is remembered.
  CREATE TABLE {schema}.subject (
    digest bytea PRIMARY KEY,
    version uuid NOT NULL,
    received_at_ms bigint NOT NULL,
    verified_at_ms bigint
  ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

  -- Texts that are counted together: counts has the number of each part of the window, by the number of that part. raised
  -- counts up with each text and never down. until_ms: from then on no window reaches any of its parts.
  CREATE TABLE {schema}.ceiling (
    subject text NOT NULL,
    window_ms bigint NOT NULL,
    raised bigint NOT NULL,
    counts jsonb NOT NULL,
    until_ms bigint NOT NULL,
    PRIMARY KEY (subject, window_ms)
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
  CREATE INDEX ceiling_until ON {schema}.ceiling (until_ms);

  CREATE TABLE {schema}.misstep (
    subject bytea NOT NULL,
    kind text NOT NULL,
    at_ms bigint NOT NULL,
    times integer NOT NULL,
    PRIMARY KEY (subject, kind, at_ms)
  );
  CREATE INDEX misstep_at ON {schema}.misstep (at_ms);

  -- Association ids, by digest, that came through these servers: whom each names, or that it names nobody any more.
  CREATE TABLE {schema}.kept_association (
    digest bytea PRIMARY KEY,
    version uuid NOT NULL,
    account_digest bytea NOT NULL,
    sealed bytea NOT NULL,
    attempt text NOT NULL,
    state text NOT NULL,
    is_told boolean NOT NULL,
    at_ms bigint NOT NULL
  );
  CREATE INDEX kept_association_untold ON {schema}.kept_association (digest) WHERE NOT is_told;

  CREATE TABLE {schema}.block (
    subject text PRIMARY KEY,
    since_ms bigint NOT NULL,
    until_ms bigint NOT NULL,
    unverified bigint NOT NULL,
    verified bigint NOT NULL
  );
  CREATE INDEX block_until ON {schema}.block (until_ms);

  -- The servers that use the store, as they tell of themselves every few seconds. fits_since: since when one has gone
  -- together with those that did before it; NULL: it doesn't.
  CREATE TABLE {schema}.node (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL,
    fits_since timestamptz,
    clock_ahead_ms bigint NOT NULL,
    reached_ms bigint NOT NULL,
    traits jsonb NOT NULL
  );

  -- Whoever deletes what is past its retention, until expires_at by the clock of the database. Who comes after another one
  -- has a higher term.
  CREATE TABLE {schema}.retention_leader (
    id integer PRIMARY KEY,
    holder uuid,
    term bigint NOT NULL,
    expires_at timestamptz NOT NULL
  );
  INSERT INTO {schema}.retention_leader (id, term, expires_at) VALUES (1, 0, now());
  `;

/** The tables of requests and challenges. */
export const storePart: SchemaPart = { name: 'store', migrations: [{ sql: FIRST, oldestVersion: 1 }] };
