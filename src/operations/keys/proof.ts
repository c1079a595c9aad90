import { JweCodec } from '../../codecs/jose/codec.ts';
import { exportPublicJwks, generateJwks } from '../../codecs/jose/jwk-generate.ts';
import { PgpCodec } from '../../codecs/openpgp/codec.ts';
import { exportPublicKeys } from '../../codecs/openpgp/export.ts';
import { generatePgpKey } from '../../codecs/openpgp/generate.ts';
import { Secret } from '../../ports/secret.ts';
import { type KeySettings, readKeyRings } from '../../wiring/keys.ts';
import { jweRulesOf } from '../../wiring/sealing.ts';
import type { KeyKind } from './files.ts';

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
  const google = await makeGoogle(kind, settings, stages[0]?.atMs ?? 0);
  const ours = withGoogle(settings, kind, google.publicText);
  for (const { atMs, known } of stages) {
    const publicTexts = await Promise.all(known.map((key) => publicPart(kind, key)));
    const theirs: KeySettings = {
      ...settings,
      payload: {
        ...ours.payload,
        [kind]: { ...ours.payload[kind], ours: [google.entry], google: publicTexts },
      },
    };
    await playCall(ours, theirs, kind, atMs);
  }
}

async function playCall(ours: KeySettings, theirs: KeySettings, kind: KeyKind, atMs: number): Promise<void> {
  // One after the other: the threads of the first are stopped even if the second can't start.
  const server = await startCodec(ours, kind, atMs);
  try {
    const caller = await startCodec(theirs, kind, atMs);
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

async function startCodec(settings: KeySettings, kind: KeyKind, atMs: number): Promise<PgpCodec | JweCodec> {
  const { pgp, jwe } = await readKeyRings({ ...settings, payload: only(settings.payload, kind) }, atMs);
  const clock = { nowMs: () => atMs, steadyMs: () => atMs, after: () => () => undefined };
  const options = { clock, threads: 1, waitingMax: 1 };
  if (pgp) return PgpCodec.start({ ...options, ring: pgp });
  if (jwe && settings.payload.jwe) {
    return JweCodec.start({ ...options, ring: jwe, rules: jweRulesOf(settings.payload.jwe) });
  }
  throw new TypeError(`there are no settings for ${kind}`);
}

function only({ graceMs, ...payload }: KeySettings['payload'], kind: KeyKind): KeySettings['payload'] {
  return { graceMs, [kind]: payload[kind] };
}

function withGoogle(settings: KeySettings, kind: KeyKind, google: Secret): KeySettings {
  const { payload } = settings;
  return { ...settings, payload: { ...payload, [kind]: { ...payload[kind], google: [{ key: google }] } } };
}

async function makeGoogle(kind: KeyKind, { payload: { jwe } }: KeySettings, nowMs: number) {
  if (kind === 'pgp') {
    const { privateKey, publicKey } = await generatePgpKey({ name: "in Google's place", nowMs });
    return { entry: { key: privateKey }, publicText: new Secret(publicKey) };
  }
  const { privateSet, publicSet } = await generateJwks({
    purposes: ['sign', 'decrypt'],
    signing: jwe?.signing[0],
    keyManagement: jwe?.keyManagement[0],
    nowMs,
  });
  return { entry: { key: privateSet }, publicText: new Secret(publicSet) };
}

async function publicPart(kind: KeyKind, key: Secret): Promise<{ readonly key: Secret }> {
  const text = kind === 'pgp' ? await exportPublicKeys(Buffer.from(key.reveal())) : exportPublicJwks(key);
  return { key: new Secret(text) };
}
