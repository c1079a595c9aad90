import { type Caller, TRUSTED_CALLER } from '../../ports/caller.ts';
import type { Clock, Deadline } from '../../ports/clock.ts';
import type { OpenedBody, PayloadCodec } from '../../ports/payload-codec.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { BODY_FAULTS, type BodyFault, BodyRefused } from '../body-fault.ts';
import type { KeyPurpose, KeyRing, RingKey } from '../keys/key-ring.ts';
import type { CodecJob, CodecKeys, CodecResult } from './codec-thread.ts';
import { CryptoPool } from './crypto-pool.ts';

export interface CodecOptions<Key extends RingKey = RingKey> {
  readonly ring: KeyRing<Key>;
  readonly clock: Clock;
  /** ≥ 1. */
  readonly threads: number;
  /** How many requests may wait for a thread, ≥ 0. */
  readonly waitingMax: number;
  /** Told of every body that is refused, for the log; the sender isn't told the reason. */
  readonly onRefused?: ((reason: BodyFault) => void) | undefined;
}

export type CodecPool<Key extends RingKey, Rules> = CryptoPool<CodecKeys<Key, Rules>, CodecJob, CodecResult>;

/** `module` calls `answerCodecJobs`. Resolves when the threads are ready. */
export function startCodecPool<Key extends RingKey, Rules>(
  module: URL,
  { ring: { keys, graceMs }, clock, threads, waitingMax }: CodecOptions<Key>,
  rules: Rules,
): Promise<CodecPool<Key, Rules>> {
  return CryptoPool.start({ module, clock, threads, waitingMax, keys: { keys, graceMs, rules } });
}

/** What a body asks of the private keys, as far as its form tells. */
export interface Demand {
  /** The most private operations that opening it takes, ≥ 1. */
  readonly cost: number;
  /** Whether it names the key that it is for; else it has us try. */
  readonly named: boolean;
}

/** What codecs with keys have in common: their ring, which may be replaced, and threads that do the work. */
export abstract class ThreadedCodec<Key extends RingKey, Rules> implements PayloadCodec {
  abstract readonly mediaType: string;
  abstract readonly contentType: string;
  /** Each needs an active key before anything can be sealed. */
  protected abstract readonly sealPurposes: readonly KeyPurpose[];
  readonly #options: CodecOptions<Key>;
  readonly #rules: Rules;
  readonly #pool: CodecPool<Key, Rules>;
  #ring: KeyRing<Key>;

  protected constructor(options: CodecOptions<Key>, rules: Rules, pool: CodecPool<Key, Rules>) {
    this.#options = options;
    this.#rules = rules;
    this.#pool = pool;
    this.#ring = options.ring;
  }

  /** The ring in force. */
  get ring(): KeyRing<Key> {
    return this.#ring;
  }

  /** Puts another ring in force, for every message that is opened or sealed from now on. [ENC-2] */
  replaceRing(ring: KeyRing<Key>): void {
    this.#ring = ring;
    this.#pool.replaceKeys({ keys: ring.keys, graceMs: ring.graceMs, rules: this.#rules });
  }

  /** All that can be found out about a body without a private key. Throws `BodyRefused` for what isn't to be opened. */
  protected abstract examine(body: Uint8Array, ring: KeyRing<Key>, rules: Rules, nowMs: number): Demand;

  hasRoom(caller: Caller, budgetMs: number): boolean {
    return this.#pool.hasRoom(caller, budgetMs);
  }

  async open(
    body: Uint8Array,
    deadline?: Deadline,
    caller: Pick<Caller, 'proved' | 'rank'> = TRUSTED_CALLER,
  ): Promise<OpenedBody> {
    const job = this.#job('open', body);
    const demand = this.#demandOf(job);
    if (typeof demand === 'string') return this.#refused(demand);
    const { cost, named } = demand;
    // One that has us try keys takes nothing from those that say which one they mean. [OQ-60]
    const whose = named ? caller : { proved: false, rank: caller.rank };
    const opened = await this.#pool.run(job, { urgency: 'request', deadline, caller: whose, cost });
    return typeof opened === 'string' ? this.#refused(opened) : { kind: 'opened', payload: opened };
  }

  async seal(payload: Uint8Array, deadline?: Deadline): Promise<Uint8Array> {
    const job = this.#job('seal', payload);
    for (const purpose of this.sealPurposes) {
      if (this.#ring.usable(purpose, job.nowMs).length > 0) continue;
      throw new UnavailableError(`no key to ${purpose} ${this.mediaType} with is active`);
    }
    const sealed = await this.#pool.run(job, { urgency: 'answer', deadline });
    if (typeof sealed === 'string') throw new TypeError('a seal job yields bytes');
    return sealed;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #demandOf({ bytes, nowMs }: CodecJob): Demand | BodyFault {
    try {
      return this.examine(bytes, this.#ring, this.#rules, nowMs);
    } catch (error) {
      if (error instanceof BodyRefused) return error.reason;
      throw error;
    }
  }

  #refused(reason: BodyFault): OpenedBody {
    this.#options.onRefused?.(reason);
    return { kind: BODY_FAULTS[reason] };
  }

  #job(kind: CodecJob['kind'], bytes: Uint8Array): CodecJob {
    return { kind, bytes: new Uint8Array(bytes), nowMs: this.#options.clock.nowMs() };
  }
}
