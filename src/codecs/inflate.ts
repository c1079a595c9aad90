import { inflateRawSync, inflateSync } from 'node:zlib';

const INFLATERS = { deflate: inflateRawSync, zlib: inflateSync } as const;

/**
 * Inflates `deflated` (RFC 1951, or RFC 1950 for `zlib`) to `bytesMax` at most. `undefined`: damaged data, bytes
 * behind its end, or more than allowed; a bomb costs no more than `bytesMax` to find out.
 */
export function inflate(
  format: keyof typeof INFLATERS,
  deflated: Buffer,
  bytesMax: number,
): Buffer | undefined {
  try {
    const options = { maxOutputLength: bytesMax, info: true } as const;
    const { buffer, engine } = INFLATERS[format](deflated, options) as unknown as Inflated;
    return engine.bytesWritten === deflated.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

/** What `info: true` yields; the types of Node don't know of it. */
interface Inflated {
  readonly buffer: Buffer;
  /** How many bytes of input were read. */
  readonly engine: { readonly bytesWritten: number };
}
