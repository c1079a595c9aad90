import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BUDGET } from '../../../ports/budget.ts';
import { COUNTED_MAX } from '../../../ports/code-bounds.ts';

/** Enough for any story worth telling; the first events of a challenge are kept, those beyond are not. */
const EVENTS_LENGTH_MAX = 8192;
const APPEND_EVENT = `events = CASE WHEN length(events) < ${EVENTS_LENGTH_MAX} THEN events || ? ELSE events END`;

/** A challenge, as it stands in the record. */
export const HELD_CODE =
  'id, challenge_id, challenge_state, failed_attempts, expires_at_ms, expires_at_wall_ms, account_digest';

/** Every statement of the store. None scans a table: a test asks SQLite how it would run each. */
export const OTP_STATEMENTS = {
  findRequest: `
    SELECT id, state, fingerprint, owner, lease_expires_at_ms, result, integrator_id, account
    FROM request WHERE request_id = ? AND method = ?`,

  findSendOtp: `
    SELECT id, state, fingerprint, owner, lease_expires_at_ms, result, integrator_id, account,
      challenge_id, challenge_state, nonce, secret_id, code_length, account_digest, phone_number_digest, otp_context,
      issued_at_ms, expires_at_ms, submissions, failed_attempts, received_at_ms, country, number_prefix,
      gateway, message_id, submitted_at_ms, receipt_state, receipt_at_ms, expires_at_wall_ms, recipient, counted,
      counted_at_ms, uses
    FROM request WHERE request_id = ? AND method = 'sendOtp'`,

  /** What a settlement looks at; not the whole row, which costs a third of a step. */
  findSubmission: `
    SELECT id, state, challenge_state, submissions, account_digest, phone_number_digest, counted
    FROM request WHERE request_id = ? AND method = 'sendOtp' AND challenge_id = ?`,

  /** What may supersede a challenge of that account which was issued at that moment. */
  findNewerTexts: `
    SELECT id, request_id, issued_at_ms, counted_at_ms, challenge_state, submissions, lease_expires_at_ms
    FROM request WHERE account_digest = ? AND submissions > 0 AND counted_at_ms >= ? AND issued_at_ms >= ?
    ORDER BY counted_at_ms LIMIT ${COUNTED_MAX}`,

  findHistory: `SELECT * FROM request WHERE request_id = ? ORDER BY method`,

  findRequestsOfAccount: findRequests('account_digest'),

  findRequestsOfPhoneNumber: findRequests('phone_number_digest'),

  findTextsOfAccount: findTexts('account_digest'),

  findTextsOfPhoneNumber: findTexts('phone_number_digest'),

  /** The limit is no parameter: SQLite plans a statement anew whenever a bound LIMIT changes. */
  findMissteps: `
    SELECT at_ms, times FROM misstep WHERE subject = ? AND kind = ? AND at_ms >= ?
    ORDER BY at_ms DESC LIMIT ${COUNTED_MAX}`,

  countMisstep: `
    INSERT INTO misstep (subject, kind, at_ms, times) VALUES (?, ?, ?, ?)
    ON CONFLICT (subject, kind, at_ms) DO UPDATE SET times = times + excluded.times`,

  /** Claims a sendOtp request for a challenge that is made new, in the place of an earlier one if there was one. */
  issue: `
    INSERT INTO request (request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms,
      challenge_id, challenge_state, nonce, secret_id, code_length, account_digest, phone_number_digest, otp_context,
      issued_at_ms, expires_at_ms, submissions, failed_attempts, country, number_prefix, counted_at_ms,
      expires_at_wall_ms, recipient, counted, uses, events)
    VALUES (?, 'sendOtp', 'claimed', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (request_id, method) DO UPDATE SET
      state = excluded.state, fingerprint = excluded.fingerprint, owner = excluded.owner,
      lease_expires_at_ms = excluded.lease_expires_at_ms, received_at_ms = excluded.received_at_ms,
      answered_at_ms = NULL, result = NULL, integrator_id = NULL, reason = NULL,
      challenge_id = excluded.challenge_id, challenge_state = excluded.challenge_state, nonce = excluded.nonce,
      secret_id = excluded.secret_id, code_length = excluded.code_length, account_digest = excluded.account_digest,
      phone_number_digest = excluded.phone_number_digest, otp_context = excluded.otp_context,
      issued_at_ms = excluded.issued_at_ms, expires_at_ms = excluded.expires_at_ms,
      submissions = excluded.submissions, failed_attempts = excluded.failed_attempts, country = excluded.country,
      number_prefix = excluded.number_prefix, gateway = NULL, message_id = NULL, submitted_at_ms = NULL,
      receipt_key = NULL, receipt_state = NULL, receipt_at_ms = NULL,
      uses = excluded.uses, counted_at_ms = excluded.counted_at_ms, expires_at_wall_ms = excluded.expires_at_wall_ms,
      recipient = excluded.recipient, counted = excluded.counted, events = excluded.events`,

  /** Claims a sendOtp request again, with the challenge that it has. */
  resume: `
    UPDATE request SET state = 'claimed', fingerprint = ?, owner = ?, lease_expires_at_ms = ?, received_at_ms = ?,
      answered_at_ms = NULL, result = NULL, integrator_id = NULL, reason = NULL, challenge_state = ?,
      issued_at_ms = ?, expires_at_ms = ?, expires_at_wall_ms = ?, submissions = ?, failed_attempts = ?, counted_at_ms = ?,
      recipient = ?, counted = ?,
      ${APPEND_EVENT}
    WHERE id = ?`,

  findCodesOfAccount: findCodes('account_digest'),

  findCodesOfPhoneNumber: findCodes('phone_number_digest'),

  eraseAccount: erase('account_digest'),

  erasePhoneNumber: erase('phone_number_digest'),

  keptOfAccount: keptOf('account_digest'),

  keptOfPhoneNumber: keptOf('phone_number_digest'),

  /** Whoever claimed them is gone. No lease is longer. */
  endLeases: `
    UPDATE request SET lease_expires_at_ms = 0
    WHERE received_at_ms > (SELECT max(received_at_ms) FROM request) - ${6 * BUDGET.leaseMs} AND state = 'claimed'`,

  /** Records an answer; of an earlier row of the request, the challenge is kept, with whom it is for. */
  answer: `
    INSERT INTO request (request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms,
      answered_at_ms, result, integrator_id, account, reason, send_otp_request_id, account_digest, phone_number_digest)
    VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (request_id, method) DO UPDATE SET
      state = excluded.state, fingerprint = excluded.fingerprint, owner = excluded.owner,
      lease_expires_at_ms = 0, received_at_ms = excluded.received_at_ms, answered_at_ms = excluded.answered_at_ms,
      result = excluded.result, integrator_id = excluded.integrator_id, account = excluded.account,
      reason = excluded.reason, send_otp_request_id = excluded.send_otp_request_id,
      account_digest = CASE WHEN challenge_id IS NULL THEN excluded.account_digest ELSE account_digest END,
      phone_number_digest =
        CASE WHEN challenge_id IS NULL THEN excluded.phone_number_digest ELSE phone_number_digest END`,

  settle: `
    UPDATE request SET state = ?, answered_at_ms = ?, result = ?, integrator_id = ?, reason = ?, lease_expires_at_ms = 0,
      challenge_state = ?, submissions = ?, counted = coalesce(?, counted), ${APPEND_EVENT} WHERE id = ?`,

  settleChallenge: `
    UPDATE request SET challenge_state = ?, submissions = ?, counted = coalesce(?, counted), ${APPEND_EVENT}
    WHERE id = ?`,

  /** Who has the text. */
  noteText: `
    UPDATE request SET gateway = ?, message_id = ?, submitted_at_ms = ?, receipt_key = ?, receipt_state = NULL,
      receipt_at_ms = NULL
    WHERE id = ?`,

  findByReceiptKey: `
    SELECT id, challenge_id, challenge_state, country, gateway, message_id, submitted_at_ms, receipt_state
    FROM request WHERE receipt_key = ? ORDER BY id DESC LIMIT 16`,

  noteReceipt: `
    UPDATE request SET receipt_state = ?, receipt_at_ms = ?, challenge_state = ?, ${APPEND_EVENT} WHERE id = ?`,

  /** What a code that was typed, or its end, makes of a challenge. */
  attempt: `
    UPDATE request SET challenge_state = coalesce(?, challenge_state), failed_attempts = ?, uses = coalesce(?, uses),
      counted = coalesce(?, counted), ${APPEND_EVENT}
    WHERE id = ?`,

  sumCeiling: `
    SELECT coalesce(sum(sends), 0) AS sends FROM ceiling WHERE subject = ? AND window_ms = ? AND bucket >= ?`,

  sumCeilings: `
    SELECT subject, sum(sends) AS sends FROM ceiling
    WHERE subject IN (?, ?, ?) AND window_ms = ? AND bucket >= ? GROUP BY subject`,

  raiseCeiling: `UPDATE ceiling SET sends = sends + 1 WHERE subject = ? AND window_ms = ? AND bucket = ?`,

  beginCeiling: `INSERT INTO ceiling (subject, window_ms, bucket, sends) VALUES (?, ?, ?, 1)`,

  lowerCeiling: `
    UPDATE ceiling SET sends = sends - 1 WHERE subject = ? AND window_ms = ? AND bucket = ? AND sends > 0`,

  forgetCeiling: `DELETE FROM ceiling WHERE subject = ? AND window_ms = ? AND bucket < ?`,

  findVerified: `
    SELECT 1 AS found FROM request WHERE phone_number_digest = ? AND uses IS NOT NULL LIMIT 1`,

  findBlocksOf: `
    SELECT subject, since_ms, until_ms, unverified, verified FROM block
    WHERE subject IN (?, ?, ?) AND until_ms > ?`,

  beginBlock: `
    INSERT INTO block (subject, since_ms, until_ms, unverified, verified) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (subject) DO UPDATE SET since_ms = excluded.since_ms, until_ms = excluded.until_ms,
      unverified = excluded.unverified, verified = excluded.verified`,

  /** Few rows: a new block is the occasion to drop those that ended. */
  forgetBlocks: `DELETE FROM block WHERE until_ms <= ?`,

  findBlocks: `
    SELECT subject, since_ms, until_ms, unverified, verified FROM block WHERE until_ms > ? ORDER BY until_ms`,

  findAssociation: `SELECT * FROM kept_association WHERE digest = ?`,

  findUntold: `SELECT * FROM kept_association WHERE is_told = 0 AND digest > ? ORDER BY digest LIMIT ?`,

  associate: `
    INSERT INTO kept_association (digest, account_digest, sealed, attempt, state, is_told, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (digest) DO UPDATE SET account_digest = excluded.account_digest, sealed = excluded.sealed,
      attempt = excluded.attempt, state = excluded.state, is_told = excluded.is_told, at_ms = excluded.at_ms`,

  sweep: `
    DELETE FROM request WHERE id IN
      (SELECT id FROM request WHERE received_at_ms < ? ORDER BY received_at_ms LIMIT ?)`,

  sweepMissteps: `
    DELETE FROM misstep WHERE (subject, kind, at_ms) IN
      (SELECT subject, kind, at_ms FROM misstep WHERE at_ms < ? ORDER BY at_ms LIMIT ?)`,

  remember: `
    INSERT INTO meta (name, value) VALUES ('reached', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
    WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)`,

  closedState: `SELECT value FROM meta WHERE name = 'closed-accounts'`,

  setClosedState: `
    INSERT INTO meta (name, value) VALUES ('closed-accounts', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,

  forgetReached: `DELETE FROM meta WHERE name = 'reached'`,

  /** Counts up, since a write that changes nothing would not reach the disk. */
  check: `
    INSERT INTO meta (name, value) VALUES ('checks', '1')
    ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`,

  /** A sample of those that will be asked for first. */
  findNewest: `SELECT * FROM request ORDER BY received_at_ms DESC LIMIT 64`,

  /** Answers are recorded a little later than their requests, at most the seconds that a request may take. */
  newestMoment: `
    SELECT max(max(received_at_ms, coalesce(answered_at_ms, 0))) AS at_ms,
      (SELECT value FROM meta WHERE name = 'reached') AS reached
    FROM request WHERE received_at_ms > (SELECT max(received_at_ms) FROM request) - 10000`,
} as const;

function findRequests(digest: 'account_digest' | 'phone_number_digest'): string {
  return `SELECT * FROM request WHERE ${digest} = ? ORDER BY received_at_ms DESC LIMIT ?`;
}

/** Newest first. */
function findTexts(digest: 'account_digest' | 'phone_number_digest'): string {
  return `
    SELECT counted_at_ms AS at_ms, submissions AS times
    FROM request WHERE ${digest} = ? AND submissions > 0 AND counted_at_ms >= ? AND id <> ?
    ORDER BY counted_at_ms DESC LIMIT ${COUNTED_MAX}`;
}

function findCodes(digest: 'account_digest' | 'phone_number_digest'): string {
  return `SELECT ${HELD_CODE} FROM request WHERE ${digest} = ? AND submissions > 0 AND counted_at_ms >= ?`;
}

function erase(digest: 'account_digest' | 'phone_number_digest'): string {
  return `
    UPDATE request SET recipient = NULL, number_prefix = NULL, counted = NULL, message_id = NULL, receipt_key = NULL,
      events = ?
    WHERE ${digest} = ?`;
}

function keptOf(digest: 'account_digest' | 'phone_number_digest'): string {
  return `
    SELECT count(*) AS requests, max(coalesce(max(received_at_ms), 0),
      (SELECT coalesce(max(at_ms), 0) FROM misstep WHERE subject = ?)) AS newest_at_ms
    FROM request WHERE ${digest} = ?`;
}

export type OtpStatements = { readonly [name in keyof typeof OTP_STATEMENTS]: StatementSync };

/** Each statement is parsed once. */
export function prepareOtpStatements(database: DatabaseSync): OtpStatements {
  const entries = Object.entries(OTP_STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as OtpStatements;
}
