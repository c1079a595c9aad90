import type { KeyRing } from '../keys/key-ring.ts';
import { type CodecOptions, type Demand, startCodecPool, ThreadedCodec } from '../threads/threaded-codec.ts';
import type { PgpKey } from './key.ts';
import { examineMessage } from './message.ts';
import type { PgpRules } from './thread.ts';

export interface PgpCodecOptions extends CodecOptions<PgpKey> {
  /** Whether answers are ASCII armored within base64url; the default is not. [OQ-16] */
  readonly armored?: boolean | undefined;
}

/** OpenPGP bodies: signed, encrypted, base64url. [ENC-1, HTTP-3, HTTP-4] */
export class PgpCodec extends ThreadedCodec<PgpKey, PgpRules> {
  readonly mediaType = 'application/octet-stream';
  readonly contentType = 'application/octet-stream; charset=utf-8';
  protected readonly sealPurposes = ['sign', 'encrypt'] as const;

  /** Resolves when its threads are ready. */
  static async start(options: PgpCodecOptions): Promise<PgpCodec> {
    const rules: PgpRules = { armored: options.armored ?? false };
    const module = new URL('./thread.ts', import.meta.url);
    return new PgpCodec(options, rules, await startCodecPool(module, options, rules));
  }

  protected examine(body: Uint8Array, ring: KeyRing<PgpKey>, _rules: PgpRules, nowMs: number): Demand {
    const { attempts } = examineMessage(body, ring, nowMs);
    return { cost: attempts.length, named: attempts.every(({ named }) => named) };
  }
}
