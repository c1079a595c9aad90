import { inflate } from '../inflate.ts';

/** Compression by its number in RFC 4880 section 9.3. BZip2 is not read: nothing offers it. */
const FORMATS: ReadonlyMap<number, 'deflate' | 'zlib'> = new Map([
  [1, 'deflate'],
  [2, 'zlib'],
]);

/** Inflates the body of a compressed packet to `bytesMax` at most. [PGP-13] `undefined`: unknown method, or damaged. */
export function inflatePacket(body: Buffer, bytesMax: number): Buffer | undefined {
  const format = FORMATS.get(body[0] ?? 0);
  return format && inflate(format, body.subarray(1), bytesMax);
}
