import { answerJobs } from './crypto-thread.ts';
import type { JoseKey } from './jose-key.ts';
import { openJwe } from './jwe-open.ts';
import type { JweRules } from './jwe-rules.ts';
import { sealJwe } from './jwe-seal.ts';
import { KeyRing } from './key-ring.ts';
import { Refusal, type RefusalReason } from './refusal.ts';

/** A ring as it goes to a thread, and what to do with it. */
export interface JweKeys {
  readonly keys: readonly JoseKey[];
  readonly graceMs: number;
  readonly rules: JweRules;
}

export interface JweJob {
  readonly kind: 'open' | 'seal';
  readonly bytes: Uint8Array;
  readonly nowMs: number;
}

/** Bytes, or why a body was refused. */
export type JweResult = Uint8Array | RefusalReason;

answerJobs<JweKeys, JweJob, JweResult>(({ keys, graceMs, rules }) => {
  const ring = new KeyRing(keys, graceMs);
  return async ({ kind, bytes, nowMs }) => {
    try {
      const result = await (kind === 'open' ? openJwe : sealJwe)(bytes, ring, rules, nowMs);
      // A copy of just these bytes: posting a view would send all of the memory behind it.
      return new Uint8Array(result);
    } catch (error) {
      if (error instanceof Refusal) return error.reason;
      throw error;
    }
  };
});
