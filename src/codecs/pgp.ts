import type { Clock } from '../ports/clock.ts';
import type { OpenedBody, PayloadCodec } from '../ports/payload-codec.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { CryptoPool, threadModule } from './crypto-pool.ts';
import type { KeyRing } from './key-ring.ts';
import type { PgpKey } from './pgp-key.ts';
import type { PgpJob, PgpKeys, PgpResult } from './pgp-thread.ts';
import { REFUSALS, type RefusalReason } from './refusal.ts';

export interface PgpCodecOptions {
  readonly ring: KeyRing<PgpKey>;
  readonly clock: Clock;
  /** ≥ 1. */
  readonly threads: number;
  /** How many requests and how many answers may wait for a thread, ≥ 0 each. */
  readonly waitingMax: number;
  /** Whether answers are ASCII armored within base64url; the default is not. [OQ-16] */
  readonly armored?: boolean | undefined;
  /** Told of every body that is refused, for the log; the sender isn't told the reason. */
  readonly onRefused?: ((reason: RefusalReason) => void) | undefined;
}

/** OpenPGP bodies: signed, encrypted, base64url. [ENC-1, HTTP-3, HTTP-4] */
export class PgpCodec implements PayloadCodec {
  readonly mediaType = 'application/octet-stream';
  readonly contentType = 'application/octet-stream; charset=utf-8';
  readonly #options: PgpCodecOptions;
  readonly #pool: CryptoPool<PgpKeys, PgpJob, PgpResult>;
  #ring: KeyRing<PgpKey>;

  private constructor(options: PgpCodecOptions, pool: CryptoPool<PgpKeys, PgpJob, PgpResult>) {
    this.#options = options;
    this.#ring = options.ring;
    this.#pool = pool;
  }

  /** Resolves when its threads are ready. */
  static async start(options: PgpCodecOptions): Promise<PgpCodec> {
    const { ring, threads, waitingMax } = options;
    const module = threadModule(import.meta.url, './pgp-thread');
    const pool = await CryptoPool.start<PgpKeys, PgpJob, PgpResult>({
      module,
      threads,
      waitingMax,
      keys: plain(ring),
    });
    return new PgpCodec(options, pool);
  }

  /** The ring in force. */
  get ring(): KeyRing<PgpKey> {
    return this.#ring;
  }

  /** Puts another ring in force, for every message that is opened or sealed from now on. [ENC-2] */
  replaceRing(ring: KeyRing<PgpKey>): void {
    this.#ring = ring;
    this.#pool.replaceKeys(plain(ring));
  }

  async open(body: Uint8Array): Promise<OpenedBody> {
    const nowMs = this.#options.clock.nowMs();
    const opened = await this.#pool.run({ kind: 'open', body: new Uint8Array(body), nowMs }, 'request');
    if (typeof opened !== 'string') return { kind: 'opened', payload: opened };
    this.#options.onRefused?.(opened);
    return { kind: REFUSALS[opened] };
  }

  async seal(payload: Uint8Array): Promise<Uint8Array> {
    const nowMs = this.#options.clock.nowMs();
    const { armored = false } = this.#options;
    for (const purpose of ['sign', 'encrypt'] as const) {
      if (this.#ring.usable(purpose, nowMs).length > 0) continue;
      throw new UnavailableError(`no OpenPGP key to ${purpose} with is active`);
    }
    const job: PgpJob = { kind: 'seal', payload: new Uint8Array(payload), armored, nowMs };
    const sealed = await this.#pool.run(job, 'answer');
    if (typeof sealed === 'string') throw new TypeError('a seal job yields bytes');
    return sealed;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function plain({ keys, graceMs }: KeyRing<PgpKey>): PgpKeys {
  return { keys, graceMs };
}
