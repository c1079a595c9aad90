import type { GrantedText, IssueOrder } from '../../../ports/otp-store.ts';
import { raiseCeiling } from './ceilings.ts';
import { eventLine, type Row, readId } from './otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Makes a challenge, in the place of an earlier one of the request if there was one. */
export function issueChallenge(
  sql: OtpStatements,
  order: IssueOrder,
  { challenge, guard }: GrantedText,
): void {
  sql.issue.run(
    order.requestId,
    order.fingerprint,
    order.owner,
    order.leaseExpiresAtMs,
    order.nowMs,
    challenge.challengeId,
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
    guard?.event ? eventLine(guard.event) : '',
  );
  countText(sql, order);
}

/** Claims a request again, with the challenge that it has. */
export function resumeChallenge(
  sql: OtpStatements,
  order: IssueOrder,
  { challenge, guard }: GrantedText,
  row: Row | undefined,
): void {
  if (row === undefined) throw new TypeError('a challenge that is not there was resumed');
  sql.resume.run(
    order.fingerprint,
    order.owner,
    order.leaseExpiresAtMs,
    order.nowMs,
    challenge.issuedAtMs,
    challenge.expiresAtMs,
    challenge.expiresAtWallMs,
    challenge.submissions,
    challenge.failedAttempts,
    order.nowMs,
    challenge.recipient ?? null,
    eventLine({ atMs: order.nowMs, event: 'resumed', detail: '' }) +
      (guard?.event ? eventLine(guard.event) : ''),
    readId(row),
  );
  countText(sql, order);
}

function countText(sql: OtpStatements, { ceilings, guard, nowMs }: IssueOrder): void {
  for (const ceiling of [...ceilings, ...(guard?.unverified ?? [])]) {
    raiseCeiling(sql, ceiling, nowMs);
  }
}
