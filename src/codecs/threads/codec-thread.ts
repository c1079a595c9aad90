import { type BodyFault, BodyRefused } from '../body-fault.ts';
import { KeyRing, type RingKey } from '../keys/key-ring.ts';
import { answerJobs } from './crypto-thread.ts';

/** A ring as it goes to a thread, and what to do with it. */
export interface CodecKeys<Key extends RingKey, Rules> {
  readonly keys: readonly Key[];
  readonly graceMs: number;
  readonly rules: Rules;
}

export interface CodecJob {
  readonly kind: 'open' | 'seal';
  readonly bytes: Uint8Array;
  readonly nowMs: number;
}

/** Bytes, or why a body was refused. */
export type CodecResult = Uint8Array | BodyFault;

/** Opens a body or seals a payload. Throws `BodyRefused` for a body that isn't to be opened. */
export type CodecWork<Key extends RingKey, Rules> = (
  bytes: Uint8Array,
  ring: KeyRing<Key>,
  rules: Rules,
  nowMs: number,
) => Uint8Array;

/** What the module of a `ThreadedCodec` calls, once. */
export function answerCodecJobs<Key extends RingKey, Rules>(
  work: Readonly<Record<CodecJob['kind'], CodecWork<Key, Rules>>>,
): void {
  answerJobs<CodecKeys<Key, Rules>, CodecJob, CodecResult>(({ keys, graceMs, rules }) => {
    const ring = new KeyRing(keys, graceMs);
    return ({ kind, bytes, nowMs }) => {
      try {
        // A copy of just these bytes: posting a view would send all of the memory behind it.
        return new Uint8Array(work[kind](bytes, ring, rules, nowMs));
      } catch (error) {
        if (error instanceof BodyRefused) return error.reason;
        throw error;
      }
    };
  });
}
