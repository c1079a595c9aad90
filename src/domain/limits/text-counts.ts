import type { Ceiling, CeilingBucket, GuardOrder, TextCounts } from '../../ports/otp-store.ts';
import { bucketAt } from '../../ports/windows.ts';

/** Where a text of `atMs` is counted under the ceilings, and by the money guard, if that is on. */
export function textCounts(
  ceilings: readonly Ceiling[],
  guard: GuardOrder | undefined,
  atMs: number,
): TextCounts {
  return { sends: bucketsAt(ceilings, atMs), unverified: bucketsAt(guard?.unverified ?? [], atMs) };
}

export function bucketsAt(ceilings: readonly Ceiling[], atMs: number): readonly CeilingBucket[] {
  return ceilings.map((ceiling) => ({ ...ceiling, bucket: bucketAt(ceiling, atMs) }));
}

/** All of them, as they are raised by a text, and given back when it is refused. `undefined`: none are known. */
export function bucketsOf(counts: TextCounts | undefined): readonly CeilingBucket[] {
  return counts === undefined ? [] : [...counts.sends, ...counts.unverified];
}
