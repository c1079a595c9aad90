import type {
  ClosedDecision,
  ClosedOrder,
  ClosedState,
  DecideClosed,
  Sighting,
} from '../../../ports/otp-store.ts';
import { parseClosedState } from '../rows/kept-words.ts';
import { readCounted } from '../rows/otp-rows.ts';
import { countSends, raiseCeilings } from './ceilings.ts';
import type { OtpStatements } from './otp-statements.ts';

/** See `OtpStore.weighClosed`. Within a step. */
export function weighClosed(
  sql: OtpStatements,
  { accountDigest, nowMs, sinceMs, ceilings: [seen, closed] }: ClosedOrder,
  decide: DecideClosed,
): ClosedDecision {
  const noted = (kind: Sighting) => sql.findMissteps.all(accountDigest, kind, sinceMs).map(readCounted);
  const decision = decide({
    seen: noted('seen'),
    closed: noted('closed'),
    accounts: [countSends(sql, seen, nowMs), countSends(sql, closed, nowMs)],
    state: readClosedState(sql),
  });
  for (const sighting of decision.sightings) sql.countMisstep.run(accountDigest, sighting, nowMs, 1);
  raiseCeilings(sql, decision.raise, nowMs);
  if (decision.state !== undefined) writeClosedState(sql, decision.state);
  return decision;
}

export function readClosedState(sql: OtpStatements): ClosedState | undefined {
  return parseClosedState(String(sql.closedState.get()?.['value'] ?? ''));
}

export function writeClosedState(sql: OtpStatements, state: ClosedState): void {
  sql.setClosedState.run(JSON.stringify(state));
}
