import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { KeyedCodec } from '../codecs/key-format.ts';
import { type KeyKind, keyKinds } from '../codecs/keys/key-kind.ts';
import { plainCodec } from '../codecs/plain.ts';
import type { CodecOptions } from '../codecs/threads/threaded-codec.ts';
import type { Clock } from '../ports/clock.ts';
import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { Settings } from '../settings/settings.ts';
import { createQuiet } from '../telemetry/quiet.ts';
import { formatOf, type KeyRings } from './keys.ts';

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
    threads: cryptography.threads ?? availableParallelism(),
    waitingMax: WAITING_MAX,
    // The sender isn't told; whoever has to settle it with the sender reads it here. [OQ-7]
    onRefused: (reason: string) => {
      const told = quiet(reason);
      if (told) log.warn({ reason, ...told }, 'body refused');
    },
  };
  const keyed = await startCodecs(payload, rings, options);
  const codecs = [...(payload.plain ? [plainCodec] : []), ...keyed.values()];
  return {
    codecs: new Map(codecs.map((codec) => [codec.mediaType, codec])),
    get rings() {
      return Object.fromEntries([...keyed].map(([kind, { ring }]) => [kind, ring]));
    },
    replaceRings(next) {
      for (const [kind, codec] of keyed) {
        const ring = next[kind];
        if (ring) codec.replaceRing(ring);
      }
    },
    async close() {
      await Promise.all(codecs.map((codec) => codec.close()));
    },
  };
}

/** All or none: threads of one that nobody closes would keep the process alive. */
async function startCodecs(
  payload: Settings['payload'],
  rings: KeyRings,
  options: Omit<CodecOptions, 'ring'>,
): Promise<ReadonlyMap<KeyKind, KeyedCodec>> {
  const started = new Map<KeyKind, KeyedCodec>();
  try {
    for (const kind of keyKinds) {
      const ring = rings[kind];
      if (!ring) continue;
      const format = await formatOf(kind, payload);
      started.set(kind, await format.startCodec({ ...options, ring }));
    }
    return started;
  } catch (error) {
    await Promise.all([...started.values()].map((codec) => codec.close()));
    throw error;
  }
}
