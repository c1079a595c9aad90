import type { KeyedCodec, KeyFormat } from '../../codecs/key-format.ts';
import type { KeyKind } from '../../codecs/keys/key-kind.ts';
import { Secret } from '../../ports/secret.ts';
import { formatOf, type KeyEntry, type KeySettings, readKeyRings } from '../../wiring/keys.ts';

/** Keys of ours as the settings will have them, and what Google knows of them at a moment. */
export interface ProofStage {
  readonly atMs: number;
  /** Private keys whose public part Google has. */
  readonly known: readonly Secret[];
}

/**
 * Plays a call and its answer through the codec, at each moment of a rotation, with somebody in Google's place who
 * has a key made for this purpose: the keys known to Google have to be enough. [ENC-2] Throws `ConfigError` if the
 * keys of the settings can't be used, and `Error` with what did not work.
 */
export async function proveKeys(
  settings: KeySettings,
  kind: KeyKind,
  stages: readonly ProofStage[],
): Promise<void> {
  const format = await formatOf(kind, settings.payload);
  const google = await format.generate({ name: "in Google's place", nowMs: stages[0]?.atMs ?? 0 });
  const entries = google.privateParts.map(({ text }) => ({ key: text }));
  const server = withKeys(settings, kind, { google: [{ key: new Secret(google.publicText) }] });
  for (const { atMs, known } of stages) {
    const parts = known.map((key) => format.exportPublic(Buffer.from(key.reveal())));
    const texts = await Promise.all(parts);
    const caller = withKeys(settings, kind, {
      ours: entries,
      google: texts.map((text) => ({ key: new Secret(text) })),
    });
    await playCall(format, server, caller, atMs);
  }
}

async function playCall(
  format: KeyFormat,
  ofServer: KeySettings,
  ofCaller: KeySettings,
  atMs: number,
): Promise<void> {
  // One after the other: the threads of the first are stopped even if the second can't start.
  const server = await startCodec(format, ofServer, atMs);
  try {
    const caller = await startCodec(format, ofCaller, atMs);
    try {
      const request = await server.open(await caller.seal(Buffer.from('{"request":{}}')));
      if (request.kind !== 'opened') throw fault('a request can not be opened', request.kind, atMs);
      const answer = await caller.open(await server.seal(Buffer.from('{"answer":{}}')));
      if (answer.kind !== 'opened') throw fault('Google can not open an answer', answer.kind, atMs);
    } finally {
      await caller.close();
    }
  } finally {
    await server.close();
  }
}

function fault(what: string, reason: string, atMs: number): Error {
  return new Error(`with these keys ${what} at ${new Date(atMs).toISOString()}: ${reason}`);
}

async function startCodec(format: KeyFormat, settings: KeySettings, atMs: number): Promise<KeyedCodec> {
  const { [format.kind]: ring } = await readKeyRings(settings, atMs);
  if (!ring) throw new TypeError(`there are no settings for ${format.kind}`);
  const clock = { nowMs: () => atMs, steadyMs: () => atMs, after: () => () => undefined };
  return format.startCodec({ clock, threads: 1, waitingMax: 1, ring });
}

/** With keys of that kind alone. */
function withKeys(
  { profile, payload }: KeySettings,
  kind: KeyKind,
  lists: { readonly ours?: readonly KeyEntry[]; readonly google: readonly KeyEntry[] },
): KeySettings {
  return { profile, payload: { graceMs: payload.graceMs, [kind]: { ...payload[kind], ...lists } } };
}
