import type { Challenge } from '../../../ports/challenge.ts';
import type { AttemptDecision, AttemptFacts, AttemptOrder } from '../../../ports/otp-store.ts';
import { countedColumn } from '../rows/counted-column.ts';
import { eventLines, type Row, readCounted, readId, readRequestRecord } from '../rows/otp-rows.ts';
import { usesColumn } from '../rows/uses-column.ts';
import { associationIn, keepAssociation } from './associations.ts';
import { lowerCeilings, raiseCeilings } from './ceilings.ts';
import { challengeIn } from './challenge-rows.ts';
import { recordAnswer } from './claims.ts';
import type { OtpStatements } from './otp-statements.ts';

/** What a code that was typed is judged by; `row` is that of its sendOtp. */
export function attemptFacts(sql: OtpStatements, order: AttemptOrder, row: Row | undefined): AttemptFacts {
  const own = sql.findRequest.get(order.key.requestId, order.key.method);
  const request = own && readRequestRecord(own);
  const association = associationIn(sql, order.associationDigest);
  const challenge = challengeIn(sql, row, order.nowMs);
  if (challenge?.challengeId !== order.challengeId) {
    return { request, challenge: undefined, wrongCodes: [], association };
  }
  const wrong = sql.findMissteps.all(challenge.accountDigest, 'wrong', order.sinceMs);
  return { request, challenge, wrongCodes: wrong.map(readCounted), association };
}

/** `row`, `challenge`: of the sendOtp. */
export function recordAttempt(
  sql: OtpStatements,
  order: AttemptOrder,
  decision: Extract<AttemptDecision, { readonly kind: 'judged' }>,
  row: Row | undefined,
  challenge: Challenge | undefined,
): void {
  if (row === undefined || challenge === undefined) {
    throw new TypeError('a challenge that is not there was judged');
  }
  const { request, state, failedAttempts, uses, missteps, counted, lower, raise, event, association } =
    decision;
  recordAnswer(sql, order, request);
  const used = uses === undefined ? null : usesColumn(uses);
  const counts = counted === undefined ? null : countedColumn(counted);
  sql.attempt.run(state ?? null, failedAttempts, used, counts, eventLines(event), readId(row));
  for (const misstep of missteps) sql.countMisstep.run(challenge.accountDigest, misstep, order.nowMs, 1);
  lowerCeilings(sql, lower);
  raiseCeilings(sql, raise, order.nowMs);
  if (association !== undefined) keepAssociation(sql, association);
}
