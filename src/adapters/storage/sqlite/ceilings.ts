import type { Ceiling, CeilingBucket } from '../../../ports/otp-store.ts';
import { oldestBucket } from '../../../ports/windows.ts';
import type { OtpStatements } from './otp-statements.ts';

/** Texts that may lie within the window that ends now. */
export function countSends(sql: OtpStatements, ceiling: Ceiling, nowMs: number): number {
  const oldest = oldestBucket(ceiling, nowMs);
  return Number(sql.sumCeiling.get(ceiling.subject, ceiling.windowMs, oldest)?.['sends']);
}

export function raiseCeilings(sql: OtpStatements, buckets: readonly CeilingBucket[], nowMs: number): void {
  for (const { subject, windowMs, bucket } of buckets) {
    if (sql.raiseCeiling.run(subject, windowMs, bucket).changes > 0) continue;
    sql.beginCeiling.run(subject, windowMs, bucket);
    // A new bucket is the occasion to drop those that no window reaches any more; so they never pile up.
    sql.forgetCeiling.run(subject, windowMs, oldestBucket({ windowMs }, nowMs));
  }
}

export function lowerCeilings(sql: OtpStatements, buckets: readonly CeilingBucket[]): void {
  for (const { subject, windowMs, bucket } of buckets) sql.lowerCeiling.run(subject, windowMs, bucket);
}
