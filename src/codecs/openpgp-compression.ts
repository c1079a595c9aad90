import { inflateRawSync, inflateSync } from 'node:zlib';

/** Compression by its number in RFC 4880 section 9.3. BZip2 is not read: nothing offers it. */
const INFLATERS = new Map([
  [1, inflateRawSync],
  [2, inflateSync],
]);

/**
 * Inflates the body of a compressed packet to `bytesMax` at most. [PGP-13] `undefined`: unknown method, damaged data,
 * bytes behind its end, or more than allowed; a bomb costs no more than `bytesMax` to find out.
 */
export function inflatePacket(body: Buffer, bytesMax: number): Buffer | undefined {
  const inflate = INFLATERS.get(body[0] ?? 0);
  if (!inflate) return undefined;
  try {
    const options = { maxOutputLength: bytesMax, info: true } as const;
    const { buffer, engine } = inflate(body.subarray(1), options) as unknown as Inflated;
    return engine.bytesWritten === body.length - 1 ? buffer : undefined;
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
