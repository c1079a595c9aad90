-- A database of schema version 1, as the program of then wrote it. It is never edited.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
INSERT INTO meta (name, value)
  VALUES ('environment', 'sandbox');
INSERT INTO request (id, request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms, answered_at_ms, result, integrator_id, challenge_id, challenge_state, nonce, secret_id, code_length, account_digest, phone_number_digest, otp_context, issued_at_ms, expires_at_ms, submissions, failed_attempts, attempted_at_ms, events)
  VALUES (1, 'send-1', 'sendOtp', 'completed', X'44863b03e9909b7100e05b02526909a3', 'server-1', 0, 1790000000000, 1790000000200, 'SUCCESS', 'x4AXgi-DLgJINIk2', 'x4AXgi-DLgJINIk2', 'superseded', X'78377b525757b494427f89014f97d799', 'secret-1', 6, X'94aec9fbed989ece189a7e172c9cf416', X'032fff95b4cbd5ca7c8c51ac243d88d8', 'association', 1790000000000, 1790000300000, 1, 0, 0, '[1790000000200,"accepted","primary SM-1"]
[1790000000000,"superseded","send-2"]
');
INSERT INTO request (id, request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms, challenge_id, challenge_state, nonce, secret_id, code_length, account_digest, phone_number_digest, otp_context, issued_at_ms, expires_at_ms, submissions, failed_attempts, attempted_at_ms, events)
  VALUES (2, 'send-2', 'sendOtp', 'claimed', X'44863b03e9909b7100e05b02526909a3', 'server-1', 1790000030000, 1790000000000, 'n1l4MAYTK3cM4_ee', 'submitting', X'78377b525757b494427f89014f97d799', 'secret-1', 6, X'94aec9fbed989ece189a7e172c9cf416', X'032fff95b4cbd5ca7c8c51ac243d88d8', 'association', 1790000000000, 1790000300000, 1, 0, 0, '');
INSERT INTO request (id, request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms, answered_at_ms, result, integrator_id)
  VALUES (3, 'echo-1', 'echo', 'completed', X'44863b03e9909b7100e05b02526909a3', 'server-1', 0, 1790000000000, 1790000000000, '', '');
INSERT INTO ceiling (subject, window_ms, bucket, sends)
  VALUES ('global', 3600000, 5966666, 1);
PRAGMA user_version = 1;
PRAGMA application_id = 1196642415;
