import type { RequestRecord, Taken } from '../ports/otp-store.ts';
import { sameBytes } from './challenge/same-bytes.ts';

/** Who asks for a request id, for which parameters, and when. */
export interface Claimant {
  readonly fingerprint: Uint8Array;
  readonly owner: string;
  readonly nowMs: number;
}

/**
 * Whose a request id is. What was answered is replayed to equal parameters; what another process is at work on is left to
 * it until its lease ends. `undefined`: whoever asks may have it. Pure. [IDEM-2, IDEM-6, OQ-8]
 */
export function judgeClaim(record: RequestRecord | undefined, claimant: Claimant): Taken | undefined {
  if (record === undefined) return undefined;
  if (record.state === 'completed') {
    return sameBytes(record.fingerprint, claimant.fingerprint)
      ? { kind: 'replay', record }
      : { kind: 'conflict' };
  }
  const elsewhere = record.owner !== claimant.owner && record.leaseExpiresAtMs > claimant.nowMs;
  return record.state === 'claimed' && elsewhere ? { kind: 'busy' } : undefined;
}
