import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { JweCodec, type JweCodecOptions } from '../codecs/jose/codec.ts';
import type { JweRules } from '../codecs/jose/jwe-rules.ts';
import { PgpCodec, type PgpCodecOptions } from '../codecs/openpgp/codec.ts';
import { plainCodec } from '../codecs/plain.ts';
import type { Clock } from '../ports/clock.ts';
import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { Settings } from '../settings/settings.ts';
import { createQuiet } from '../telemetry/quiet.ts';
import { allowedAlgorithms, type KeyRings } from './keys.ts';

/** Lines in ten seconds about bodies refused for one reason: anyone can send them. */
const REFUSED_LINES_MAX = 100;

/** How bodies are opened and sealed, and with which keys. */
export interface Sealing {
  /** By media type. [HTTP-3, HTTP-5] */
  readonly codecs: ReadonlyMap<string, PayloadCodec>;
  /** The keys in force. */
  readonly rings: KeyRings;
  /** Puts other keys in force, for every message that comes from now on; none is lost. [ENC-2] */
  replaceRings(rings: KeyRings): void;
  close(): Promise<void>;
}

interface SealingParts {
  readonly rings: KeyRings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Requests that wait for a thread: a bound for memory, since time is bounded by the deadline of each. [OQ-80] */
const WAITING_MAX = 256;

/** Starts the codecs that the settings name; resolves when their threads are ready. */
export async function composeSealing(
  { payload, cryptography }: Pick<Settings, 'payload' | 'cryptography'>,
  { rings, clock, log }: SealingParts,
): Promise<Sealing> {
  const quiet = createQuiet(clock, REFUSED_LINES_MAX);
  const options = {
    clock,
    threads: cryptography.threads ?? Math.max(1, availableParallelism() - 1),
    waitingMax: WAITING_MAX,
    // The sender isn't told; whoever has to settle it with the sender reads it here. [OQ-7]
    onRefused: (reason: string) => {
      const told = quiet(reason);
      if (told) log.warn({ reason, ...told }, 'body refused');
    },
  };
  const { pgp, jwe } = await startCodecs(payload, rings, options);
  const codecs = [payload.plain ? plainCodec : undefined, pgp, jwe].filter((codec) => codec !== undefined);
  return {
    codecs: new Map(codecs.map((codec) => [codec.mediaType, codec])),
    get rings() {
      return { pgp: pgp?.ring, jwe: jwe?.ring };
    },
    replaceRings(next) {
      if (next.pgp) pgp?.replaceRing(next.pgp);
      if (next.jwe) jwe?.replaceRing(next.jwe);
    },
    async close() {
      await Promise.all(codecs.map((codec) => codec.close()));
    },
  };
}

/** Both or none: threads of one that nobody closes would keep the process alive. */
async function startCodecs(
  payload: Settings['payload'],
  rings: KeyRings,
  options: Omit<PgpCodecOptions, 'ring'> & Omit<JweCodecOptions, 'ring' | 'rules'>,
) {
  const pgp =
    rings.pgp && (await PgpCodec.start({ ...options, ring: rings.pgp, armored: payload.pgp?.armor }));
  try {
    const rules = payload.jwe && jweRulesOf(payload.jwe);
    const jwe = rings.jwe && rules && (await JweCodec.start({ ...options, ring: rings.jwe, rules }));
    return { pgp, jwe };
  } catch (error) {
    await pgp?.close();
    throw error;
  }
}

export function jweRulesOf(jwe: NonNullable<Settings['payload']['jwe']>): JweRules {
  return {
    seal: jwe.seal,
    contentEncryption: allowedAlgorithms(jwe).contentEncryption,
    compressed: jwe.olderEdition,
    issuedAt: jwe.issuedAt,
    wrapped: jwe.base64url,
  };
}
