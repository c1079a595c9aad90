import type { Challenge } from '../../../ports/challenge.ts';
import type { RequestHistory } from '../../../ports/otp-store.ts';
import { type Standing, standingOf } from '../../../ports/standing.ts';
import {
  hasChallenge,
  type Row,
  readAccountDigest,
  readAge,
  readChallenge,
  readIssuedText,
  readRequestHistory,
} from '../rows/otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** The challenge of a row, as it reads at `nowMs` beside the others of its account. `undefined`: the request has none. */
export function challengeIn(sql: OtpStatements, row: Row | undefined, nowMs: number): Challenge | undefined {
  if (row === undefined || !hasChallenge(row)) return undefined;
  return readChallenge(row, standingIn(sql, row, nowMs));
}

export function historyIn(sql: OtpStatements, row: Row): RequestHistory {
  return readRequestHistory(row, hasChallenge(row) ? standingIn(sql, row, 0) : undefined);
}

function standingIn(sql: OtpStatements, row: Row, nowMs: number): Standing {
  const own = readAge(row);
  const { issuedAtMs } = own;
  const newer = () =>
    sql.findNewerTexts.all(readAccountDigest(row), issuedAtMs, issuedAtMs).map(readIssuedText);
  return standingOf(own, newer, nowMs);
}
