import type { Clock } from '../ports/clock.ts';
import type { OpenedBody, PayloadCodec } from '../ports/payload-codec.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { CryptoPool, threadModule } from './crypto-pool.ts';
import type { JoseKey } from './jose-key.ts';
import { type JweRules, purposesToSeal } from './jwe-rules.ts';
import type { JweJob, JweKeys, JweResult } from './jwe-thread.ts';
import type { KeyRing } from './key-ring.ts';
import { REFUSALS, type RefusalReason } from './refusal.ts';

export interface JweCodecOptions {
  readonly ring: KeyRing<JoseKey>;
  readonly rules: JweRules;
  readonly clock: Clock;
  /** ≥ 1. */
  readonly threads: number;
  /** How many requests and how many answers may wait for a thread, ≥ 0 each. */
  readonly waitingMax: number;
  /** Told of every body that is refused, for the log; the sender isn't told the reason. */
  readonly onRefused?: ((reason: RefusalReason) => void) | undefined;
}

/** Compact JWE bodies, bare or around a JWS. They are URL-safe as they are: no second encoding. [ENC-1, HTTP-5] */
export class JweCodec implements PayloadCodec {
  readonly mediaType = 'application/jose';
  readonly contentType = 'application/jose; charset=utf-8';
  readonly #options: JweCodecOptions;
  readonly #pool: CryptoPool<JweKeys, JweJob, JweResult>;
  #ring: KeyRing<JoseKey>;

  private constructor(options: JweCodecOptions, pool: CryptoPool<JweKeys, JweJob, JweResult>) {
    this.#options = options;
    this.#ring = options.ring;
    this.#pool = pool;
  }

  /** Resolves when its threads are ready. */
  static async start(options: JweCodecOptions): Promise<JweCodec> {
    const { ring, rules, threads, waitingMax } = options;
    const module = threadModule(import.meta.url, './jwe-thread');
    const keys = plain(ring, rules);
    const pool = await CryptoPool.start<JweKeys, JweJob, JweResult>({ module, threads, waitingMax, keys });
    return new JweCodec(options, pool);
  }

  /** The ring in force. */
  get ring(): KeyRing<JoseKey> {
    return this.#ring;
  }

  /** Puts another ring in force, for every message that is opened or sealed from now on. [ENC-2] */
  replaceRing(ring: KeyRing<JoseKey>): void {
    this.#ring = ring;
    this.#pool.replaceKeys(plain(ring, this.#options.rules));
  }

  async open(body: Uint8Array): Promise<OpenedBody> {
    const nowMs = this.#options.clock.nowMs();
    const opened = await this.#pool.run({ kind: 'open', bytes: new Uint8Array(body), nowMs }, 'request');
    if (typeof opened !== 'string') return { kind: 'opened', payload: opened };
    this.#options.onRefused?.(opened);
    return { kind: REFUSALS[opened] };
  }

  async seal(payload: Uint8Array): Promise<Uint8Array> {
    const nowMs = this.#options.clock.nowMs();
    for (const purpose of purposesToSeal(this.#options.rules)) {
      if (this.#ring.usable(purpose, nowMs).length > 0) continue;
      throw new UnavailableError(`no JWK to ${purpose} with is active`);
    }
    const sealed = await this.#pool.run({ kind: 'seal', bytes: new Uint8Array(payload), nowMs }, 'answer');
    if (typeof sealed === 'string') throw new TypeError('a seal job yields bytes');
    return sealed;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function plain({ keys, graceMs }: KeyRing<JoseKey>, rules: JweRules): JweKeys {
  return { keys, graceMs, rules };
}
