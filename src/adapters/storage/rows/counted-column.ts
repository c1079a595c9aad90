import type { CeilingBucket, TextCounts } from '../../../ports/otp-store.ts';

type BucketFields = readonly [subject: string, windowMs: number, bucket: number];

/** The column `counted`: of each text its sends and what is unverified, each a list of [subject, window, bucket]. */
export function countedColumn(counted: readonly TextCounts[]): string {
  return JSON.stringify(
    counted.map(({ sends, unverified }) => [sends.map(fieldsOf), unverified.map(fieldsOf)]),
  );
}

/** `undefined`: it makes no sense. NULL, of an earlier version, is nothing that could be given back. */
export function parseCountedColumn(column: unknown): readonly TextCounts[] | undefined {
  if (column === null) return [];
  try {
    const texts: unknown = JSON.parse(String(column));
    if (!Array.isArray(texts)) return undefined;
    return texts.map(([sends, unverified]) => ({
      sends: sends.map(bucketIn),
      unverified: unverified.map(bucketIn),
    }));
  } catch {
    return undefined;
  }
}

function fieldsOf({ subject, windowMs, bucket }: CeilingBucket): BucketFields {
  return [subject, windowMs, bucket];
}

function bucketIn([subject, windowMs, bucket]: readonly unknown[]): CeilingBucket {
  if (typeof subject === 'string' && Number.isSafeInteger(windowMs) && Number.isSafeInteger(bucket)) {
    return { subject, windowMs: windowMs as number, bucket: bucket as number };
  }
  throw new TypeError('no bucket');
}
