import { answerJobs } from './crypto-thread.ts';
import { KeyRing } from './key-ring.ts';
import { openMessage, sealMessage } from './openpgp-message.ts';
import type { PgpKey } from './pgp-key.ts';
import { Refusal, type RefusalReason } from './refusal.ts';

/** A ring as it goes to a thread. */
export interface PgpKeys {
  readonly keys: readonly PgpKey[];
  readonly graceMs: number;
}

export type PgpJob =
  | { readonly kind: 'open'; readonly body: Uint8Array; readonly nowMs: number }
  | {
      readonly kind: 'seal';
      readonly payload: Uint8Array;
      readonly armored: boolean;
      readonly nowMs: number;
    };

/** Bytes, or why a body was refused. */
export type PgpResult = Uint8Array | RefusalReason;

answerJobs<PgpKeys, PgpJob, PgpResult>(({ keys, graceMs }) => {
  const ring = new KeyRing(keys, graceMs);
  return (job) =>
    job.kind === 'open'
      ? open(job.body, ring, job.nowMs)
      : sealMessage(job.payload, ring, job.nowMs, job.armored);
});

function open(body: Uint8Array, ring: KeyRing<PgpKey>, nowMs: number): PgpResult {
  try {
    // A copy of just these bytes: posting a view would send all of the memory behind it.
    return new Uint8Array(openMessage(body, ring, nowMs));
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}
