import type { Ceiling } from './otp-store.ts';

/** A sliding window is counted in so many parts, each wholly or not at all. */
const BUCKETS = 12;

/** The part of the ceiling's window in which a text of `atMs` is counted. */
export function bucketAt({ windowMs }: Pick<Ceiling, 'windowMs'>, atMs: number): number {
  return Math.floor(atMs / Math.ceil(windowMs / BUCKETS));
}

/**
 * The oldest part of the window that ends at `nowMs`. It is counted wholly, though a part of it is past, so that no window
 * of this length has more texts than the limit. Older parts count for nothing any more.
 */
export function oldestBucket(ceiling: Pick<Ceiling, 'windowMs'>, nowMs: number): number {
  return bucketAt(ceiling, nowMs) - BUCKETS;
}
