import type { CompletionOrder, GrantedText, IssueOrder, RecordedAnswer } from '../../../ports/otp-store.ts';
import { countedColumn } from '../rows/counted-column.ts';
import { eventLines, type Row, readId } from '../rows/otp-rows.ts';
import { usesColumn } from '../rows/uses-column.ts';
import { raiseCeilings } from './ceilings.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Makes a challenge, in the place of an earlier one of the request if there was one. */
export function issueChallenge(sql: OtpStatements, order: IssueOrder, granted: GrantedText): void {
  const { challenge, events } = granted;
  sql.issue.run(
    order.requestId,
    order.fingerprint,
    order.owner,
    order.leaseExpiresAtMs,
    order.nowMs,
    challenge.challengeId,
    challenge.state,
    challenge.nonce,
    challenge.secretId,
    challenge.codeLength,
    challenge.accountDigest,
    challenge.phoneNumberDigest,
    challenge.otpContext ?? null,
    challenge.issuedAtMs,
    challenge.expiresAtMs,
    challenge.submissions,
    challenge.failedAttempts,
    challenge.country ?? null,
    challenge.numberPrefix,
    order.nowMs,
    challenge.expiresAtWallMs,
    challenge.recipient ?? null,
    countedColumn(challenge.counted),
    usesColumn(challenge.uses),
    eventLines(...events),
  );
  countText(sql, order, granted);
}

/** Claims a request again, with the challenge that it has. */
export function resumeChallenge(
  sql: OtpStatements,
  order: IssueOrder,
  granted: GrantedText,
  row: Row | undefined,
): void {
  const { challenge, events } = granted;
  if (row === undefined) throw new TypeError('a challenge that is not there was resumed');
  sql.resume.run(
    order.fingerprint,
    order.owner,
    order.leaseExpiresAtMs,
    order.nowMs,
    challenge.state,
    challenge.issuedAtMs,
    challenge.expiresAtMs,
    challenge.expiresAtWallMs,
    challenge.submissions,
    challenge.failedAttempts,
    order.nowMs,
    challenge.recipient ?? null,
    countedColumn(challenge.counted),
    eventLines(...events),
    readId(row),
  );
  countText(sql, order, granted);
}

function countText(
  sql: OtpStatements,
  { accountDigest, nowMs }: IssueOrder,
  { raise, isSeen = false }: GrantedText,
): void {
  raiseCeilings(sql, raise, nowMs);
  if (isSeen) sql.countMisstep.run(accountDigest, 'seen', nowMs, 1);
}

/** Records how a request is answered; nobody is at work on it then. */
export function recordAnswer(
  sql: OtpStatements,
  order: CompletionOrder & { readonly sendOtpRequestId?: string },
  { state, answer, reason }: RecordedAnswer,
): void {
  sql.answer.run(
    order.key.requestId,
    order.key.method,
    state,
    order.fingerprint,
    order.owner,
    order.nowMs,
    order.nowMs,
    answer.result,
    answer.integratorId,
    answer.account ?? null,
    reason || null,
    order.sendOtpRequestId ?? null,
    order.accountDigest ?? null,
    order.phoneNumberDigest ?? null,
  );
}
