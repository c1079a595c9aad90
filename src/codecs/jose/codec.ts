import type { KeyPurpose, KeyRing } from '../keys/key-ring.ts';
import {
  type CodecOptions,
  type CodecPool,
  type Demand,
  startCodecPool,
  ThreadedCodec,
} from '../threads/threaded-codec.ts';
import { examineJwe } from './jwe-open.ts';
import type { JweRules } from './jwe-rules.ts';
import type { JoseKey } from './key.ts';

export interface JweCodecOptions extends CodecOptions<JoseKey> {
  readonly rules: JweRules;
}

/** Compact JWE bodies, bare or around a JWS. They are URL-safe as they are: no second encoding. [ENC-1, HTTP-5] */
export class JweCodec extends ThreadedCodec<JoseKey, JweRules> {
  readonly mediaType = 'application/jose';
  readonly contentType = 'application/jose; charset=utf-8';
  protected readonly sealPurposes: readonly KeyPurpose[];

  private constructor(options: JweCodecOptions, pool: CodecPool<JoseKey, JweRules>) {
    super(options, options.rules, pool);
    this.sealPurposes = options.rules.seal === 'jwe' ? ['encrypt'] : ['sign', 'encrypt'];
  }

  /** Resolves when its threads are ready. */
  static async start(options: JweCodecOptions): Promise<JweCodec> {
    const module = new URL('./thread.ts', import.meta.url);
    return new JweCodec(options, await startCodecPool(module, options, options.rules));
  }

  protected examine(body: Uint8Array, ring: KeyRing<JoseKey>, rules: JweRules, nowMs: number): Demand {
    examineJwe(body, ring, rules, nowMs);
    // Without `kid` there is only one key that it can be for. [OQ-50]
    return { cost: 1, named: true };
  }
}
