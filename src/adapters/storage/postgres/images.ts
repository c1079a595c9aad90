import type { ChallengeEvent } from '../../../ports/challenge.ts';
import type {
  CodeEnd,
  CodeUse,
  CompletionOrder,
  GrantedText,
  IssueOrder,
  ReceiptDecision,
  RecordedAnswer,
  SettlementDecision,
  SettlementOrder,
} from '../../../ports/otp-store.ts';
import { countedColumn } from '../rows/counted-column.ts';
import { eventLines, hasChallenge, type Row } from '../rows/otp-rows.ts';
import { usesColumn } from '../rows/uses-column.ts';
import { imageOf, type RequestImage } from './row-columns.ts';

/** Enough for any story worth telling; the first events of a challenge are kept, those beyond are not. */
const EVENTS_LENGTH_MAX = 8192;

const UNANSWERED = {
  answered_at_ms: null,
  result: null,
  integrator_id: null,
  account: null,
  reason: null,
} as const;

/** The row of a request for which a challenge is made, in the place of all that the row was. */
export function issuedImage(order: IssueOrder, { challenge, events }: GrantedText): RequestImage {
  return {
    request_id: order.requestId,
    method: 'sendOtp',
    state: 'claimed',
    fingerprint: order.fingerprint,
    owner: order.owner,
    lease_expires_at_ms: order.leaseExpiresAtMs,
    received_at_ms: order.nowMs,
    challenge_id: challenge.challengeId,
    challenge_state: challenge.state,
    nonce: challenge.nonce,
    secret_id: challenge.secretId,
    code_length: challenge.codeLength,
    account_digest: challenge.accountDigest,
    phone_number_digest: challenge.phoneNumberDigest,
    otp_context: challenge.otpContext,
    issued_at_ms: challenge.issuedAtMs,
    expires_at_ms: challenge.expiresAtMs,
    expires_at_wall_ms: challenge.expiresAtWallMs,
    recipient: challenge.recipient,
    submissions: challenge.submissions,
    failed_attempts: challenge.failedAttempts,
    uses: usesColumn(challenge.uses),
    country: challenge.country,
    number_prefix: challenge.numberPrefix,
    counted_at_ms: order.nowMs,
    counted: countedColumn(challenge.counted),
    events: eventLines(...events),
  };
}

/** The row of a request that is claimed again with the challenge that it has. */
export function resumedImage(row: Row, order: IssueOrder, { challenge, events }: GrantedText): RequestImage {
  return {
    ...imageOf(row),
    ...UNANSWERED,
    state: 'claimed',
    fingerprint: order.fingerprint,
    owner: order.owner,
    lease_expires_at_ms: order.leaseExpiresAtMs,
    received_at_ms: order.nowMs,
    challenge_state: challenge.state,
    issued_at_ms: challenge.issuedAtMs,
    expires_at_ms: challenge.expiresAtMs,
    expires_at_wall_ms: challenge.expiresAtWallMs,
    recipient: challenge.recipient,
    submissions: challenge.submissions,
    failed_attempts: challenge.failedAttempts,
    counted_at_ms: order.nowMs,
    counted: countedColumn(challenge.counted),
    events: withEvents(row, ...events),
  };
}

/** The row of a request that is answered; of an earlier row the challenge is kept, with whom it is for. */
export function answeredImage(
  row: Row | undefined,
  order: CompletionOrder & { readonly sendOtpRequestId?: string },
  { state, answer, reason }: RecordedAnswer,
): RequestImage {
  const { accountDigest, phoneNumberDigest } = order;
  const whom = { account_digest: accountDigest ?? null, phone_number_digest: phoneNumberDigest ?? null };
  return {
    ...(row && imageOf(row)),
    request_id: order.key.requestId,
    method: order.key.method,
    state,
    fingerprint: order.fingerprint,
    owner: order.owner,
    lease_expires_at_ms: 0,
    received_at_ms: order.nowMs,
    answered_at_ms: order.nowMs,
    result: answer.result,
    integrator_id: answer.integratorId,
    account: answer.account ?? null,
    reason: reason || null,
    send_otp_request_id: order.sendOtpRequestId ?? null,
    ...(row !== undefined && hasChallenge(row) ? {} : whom),
  };
}

/** The row of a request whose text was handed over, or not. */
export function settledImage(
  row: Row,
  { nowMs }: SettlementOrder,
  { request, state, submissions, event, text, counted }: SettlementDecision,
): RequestImage {
  return {
    ...imageOf(row),
    ...(request && {
      state: request.state,
      answered_at_ms: nowMs,
      result: request.answer.result,
      integrator_id: request.answer.integratorId,
      reason: request.reason || null,
      lease_expires_at_ms: 0,
    }),
    challenge_state: state,
    submissions,
    ...(counted && { counted: countedColumn(counted) }),
    ...(text && {
      gateway: text.gateway,
      message_id: text.messageId ?? null,
      submitted_at_ms: nowMs,
      receipt_key: text.receiptKey ?? null,
      receipt_state: null,
      receipt_at_ms: null,
    }),
    events: withEvents(row, event),
  };
}

/** The row of a challenge whose text a gateway told of. */
export function receivedImage(
  row: Row,
  { receipt, state, event }: NonNullable<ReceiptDecision['note']>,
): RequestImage {
  return {
    ...imageOf(row),
    receipt_state: receipt.state,
    receipt_at_ms: receipt.atMs,
    challenge_state: state,
    events: withEvents(row, event),
  };
}

/** What a code that was typed, or its end, makes of a challenge. */
export function attemptedImage(
  row: Row,
  { state, failedAttempts, uses, event, counted }: Attempted,
): RequestImage {
  return {
    ...imageOf(row),
    ...(state !== undefined && { challenge_state: state }),
    failed_attempts: failedAttempts,
    ...(uses && { uses: usesColumn(uses) }),
    ...(counted && { counted: countedColumn(counted) }),
    events: withEvents(row, event),
  };
}

interface Attempted extends Pick<CodeEnd, 'failedAttempts' | 'event'> {
  readonly state: CodeEnd['state'] | undefined;
  readonly uses?: readonly CodeUse[] | undefined;
  readonly counted?: SettlementDecision['counted'];
}

function withEvents(row: Row, ...events: readonly ChallengeEvent[]): string {
  const before = String(row['events'] ?? '');
  return before.length < EVENTS_LENGTH_MAX ? before + eventLines(...events) : before;
}
