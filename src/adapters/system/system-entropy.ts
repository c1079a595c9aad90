import { randomFillSync } from 'node:crypto';
import type { Entropy } from '../../ports/entropy.ts';

const POOL_BYTES = 4096;

/** The operating system's random generator, read in blocks because each read has a price. */
export function createSystemEntropy(): Entropy {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  const bytes = (count: number): Uint8Array => {
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const taken = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return taken;
  };
  return { bytes, id: () => Buffer.from(bytes(12)).toString('base64url') };
}
