import type { Block, Ceiling, GuardFacts, GuardOrder, IssueOrder } from '../../../ports/otp-store.ts';
import { oldestBucket } from '../../../ports/windows.ts';
import { readBlock } from '../rows/otp-rows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** What the money guard is to judge by. */
export function gatherGuardFacts(
  sql: OtpStatements,
  { unverified, verified }: GuardOrder,
  { nowMs, phoneNumberDigest }: IssueOrder,
): GuardFacts {
  const [one, two, three] = unverified;
  const blocks = sql.findBlocksOf.all(one.subject, two.subject, three.subject, nowMs).map(readBlock);
  return {
    unverified: countTogether(sql, unverified, nowMs),
    verified: () => countTogether(sql, verified, nowMs),
    blocks: unverified.map(({ subject }) => blocks.find((block) => block.subject === subject)),
    numberVerified: () => sql.findVerified.get(phoneNumberDigest) !== undefined,
  };
}

/** In one statement, for it is asked for every text. */
function countTogether(
  sql: OtpStatements,
  ceilings: readonly [Ceiling, Ceiling, Ceiling],
  nowMs: number,
): readonly number[] {
  const [one, two, three] = ceilings;
  const rows = sql.sumCeilings.all(
    one.subject,
    two.subject,
    three.subject,
    one.windowMs,
    oldestBucket(one, nowMs),
  );
  const sends = new Map(rows.map((row) => [row['subject'], Number(row['sends'])]));
  return ceilings.map(({ subject }) => sends.get(subject) ?? 0);
}

export function beginBlocks(sql: OtpStatements, blocks: readonly Block[], nowMs: number): void {
  if (blocks.length === 0) return;
  sql.forgetBlocks.run(nowMs);
  for (const { subject, sinceMs, untilMs, unverified, verified } of blocks) {
    sql.beginBlock.run(subject, sinceMs, untilMs, unverified, verified);
  }
}
