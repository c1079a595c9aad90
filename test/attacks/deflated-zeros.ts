import { constants, createDeflateRaw } from 'node:zlib';

const UNIT = 4;
const EMPTY_BLOCK_AT_THE_END = Buffer.from([3, 0]);

/** So many megabytes of zeros, a multiple of four, as one DEFLATE stream: flushed, four megabytes are like the four before. */
export async function deflatedZeros(megabytes: number): Promise<Buffer> {
  const unit = await flushed(Buffer.alloc(UNIT * 1024 * 1024));
  return Buffer.concat([...Array.from({ length: megabytes / UNIT }, () => unit), EMPTY_BLOCK_AT_THE_END]);
}

async function flushed(bytes: Buffer): Promise<Buffer> {
  const deflate = createDeflateRaw({ level: constants.Z_BEST_COMPRESSION });
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  deflate.write(bytes);
  await new Promise<void>((resolve) => deflate.flush(constants.Z_FULL_FLUSH, resolve));
  deflate.destroy();
  return Buffer.concat(parts);
}
