import type { GrantedText, IssueOrder } from '../../../ports/otp-store.ts';
import { raiseCeilings } from './ceilings.ts';
import { countedColumn } from './counted-column.ts';
import { eventLine, type Row, readId } from './otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Makes a challenge, in the place of an earlier one of the request if there was one. */
export function issueChallenge(
  sql: OtpStatements,
  order: IssueOrder,
  { challenge, raise, guard }: GrantedText,
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
    countedColumn(challenge.counted),
    guard?.event ? eventLine(guard.event) : '',
  );
  raiseCeilings(sql, raise, order.nowMs);
}

/** Claims a request again, with the challenge that it has. */
export function resumeChallenge(
  sql: OtpStatements,
  order: IssueOrder,
  { challenge, raise, guard }: GrantedText,
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
    countedColumn(challenge.counted),
    eventLine({ atMs: order.nowMs, event: 'resumed', detail: '' }) +
      (guard?.event ? eventLine(guard.event) : ''),
    readId(row),
  );
  raiseCeilings(sql, raise, order.nowMs);
}
