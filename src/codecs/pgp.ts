import type { KeyRing } from './key-ring.ts';
import { examineMessage } from './openpgp-message.ts';
import type { PgpKey } from './pgp-key.ts';
import type { PgpRules } from './pgp-thread.ts';
import { type CodecOptions, type Demand, startCodecPool, ThreadedCodec } from './threaded-codec.ts';

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
    const module = new URL('./pgp-thread.ts', import.meta.url);
    return new PgpCodec(options, rules, await startCodecPool(module, options, rules));
  }

  protected examine(body: Uint8Array, ring: KeyRing<PgpKey>, _rules: PgpRules, nowMs: number): Demand {
    const { attempts } = examineMessage(body, ring, nowMs);
    return { cost: attempts.length, named: attempts.every(({ named }) => named) };
  }
}
