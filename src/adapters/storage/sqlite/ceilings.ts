import type { Ceiling } from '../../../ports/otp-store.ts';
import { bucketAt, oldestBucket } from '../../../ports/windows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Texts that may lie within the window that ends now. */
export function countSends(sql: OtpStatements, ceiling: Ceiling, nowMs: number): number {
  const oldest = oldestBucket(ceiling, nowMs);
  return Number(sql.sumCeiling.get(ceiling.subject, ceiling.windowMs, oldest)?.['sends']);
}

export function raiseCeiling(sql: OtpStatements, ceiling: Ceiling, nowMs: number): void {
  const { subject, windowMs } = ceiling;
  const bucket = bucketAt(ceiling, nowMs);
  if (sql.raiseCeiling.run(subject, windowMs, bucket).changes > 0) return;
  sql.beginCeiling.run(subject, windowMs, bucket);
  // A new bucket is the occasion to drop those that no window reaches any more; so they never pile up.
  sql.forgetCeiling.run(subject, windowMs, oldestBucket(ceiling, nowMs));
}

/** Gives back what was counted at `countedAtMs`, wherever the window has moved since. */
export function lowerCeiling(sql: OtpStatements, ceiling: Ceiling, countedAtMs: number): void {
  sql.lowerCeiling.run(ceiling.subject, ceiling.windowMs, bucketAt(ceiling, countedAtMs));
}
