import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import { JweCodec, type JweCodecOptions } from '../../../src/codecs/jose/codec.ts';
import { sealJwe } from '../../../src/codecs/jose/jwe-seal.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { forgeJwe } from './forge.ts';
import { BARE, keyOf, NESTED, NOW_MS, OLDER, REQUEST, readRing } from './jwe-vectors.ts';

const clock: Clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };
const ring = await readRing(['own'], ['google']);
const googleRing = await readRing(['google'], ['own']);
const request = await sealJwe(REQUEST, googleRing, NESTED, NOW_MS);
const opened = { kind: 'opened', payload: new Uint8Array(REQUEST) };

async function startCodec(context: TestContext, change: Partial<JweCodecOptions> = {}): Promise<JweCodec> {
  const codec = await JweCodec.start({ ring, rules: NESTED, clock, threads: 1, waitingMax: 64, ...change });
  context.after(() => codec.close());
  return codec;
}

describe('the JWE codec', () => {
  test('[HTTP-5, HTTP-7] it names its media type', async (context) => {
    const codec = await startCodec(context);
    assert.equal(codec.mediaType, 'application/jose');
    assert.equal(codec.contentType, 'application/jose; charset=utf-8');
  });

  test('[ENC-1, JWE-1] two sides open what the other seals, in every profile', async (context) => {
    const older = await readRing(['own', 'own-older'], ['google-older', 'google-es256'], { purposes: [] });
    const olderGoogle = await readRing(['google-es256', 'google-older'], ['own', 'own-older'], {
      purposes: [],
    });
    for (const change of [{}, { rules: BARE }, { rules: OLDER, ring: older }]) {
      const codec = await startCodec(context, change);
      const google = await startCodec(context, { ...change, ring: change.ring ? olderGoogle : googleRing });
      assert.deepEqual(await codec.open(await google.seal(REQUEST)), opened);
      assert.deepEqual(await google.open(await codec.seal(REQUEST)), opened);
    }
  });

  test('a body that is a part of a larger buffer is opened, and only the payload comes back', async (context) => {
    const codec = await startCodec(context);
    const around = Buffer.concat([Buffer.from('##'), request, Buffer.from('##')]);
    const result = await codec.open(around.subarray(2, -2));
    assert.ok(result.kind === 'opened');
    assert.equal(result.payload.buffer.byteLength, REQUEST.length);
  });

  test('[JWE-5, ORD-1, ERR-7] the sender learns one of two answers, the log the reason', async (context) => {
    const reasons: BodyFault[] = [];
    const codec = await startCodec(context, { onRefused: (reason) => reasons.push(reason) });
    const recipient = keyOf(googleRing, 'encrypt').key;
    const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' };
    const undecryptable = { kind: 'undecryptable' };
    const wronglySigned = { kind: 'wrongly-signed' };
    assert.deepEqual(await codec.open(Buffer.from('{"clientMessage":"in the clear"}')), undecryptable);
    assert.deepEqual(
      await codec.open(Buffer.from(forgeJwe({ ...header, kid: 'x' }, REQUEST, recipient))),
      undecryptable,
    );
    const damaged = Buffer.from(request);
    damaged[damaged.length - 30] = damaged[damaged.length - 30] === 0x41 ? 0x42 : 0x41;
    assert.deepEqual(await codec.open(damaged), undecryptable);
    assert.deepEqual(await codec.open(Buffer.from(forgeJwe(header, REQUEST, recipient))), wronglySigned);
    assert.deepEqual(reasons, ['encoding', 'not-for-us', 'integrity', 'unsigned']);
  });

  test('[ENC-2, JWE-4] another ring is in force for the next message, and messages under way are not lost', async (context) => {
    const codec = await startCodec(context, { threads: 2, waitingMax: 200 });
    const other = await readRing(['own', 'own-next'], ['google', 'google-next']);
    const rotated = await sealJwe(REQUEST, await readRing(['google-next'], ['own-next']), NESTED, NOW_MS);
    assert.deepEqual(await codec.open(rotated), { kind: 'undecryptable' });
    const before = Array.from({ length: 30 }, () => codec.open(request));
    codec.replaceRing(other);
    assert.equal(codec.ring, other);
    const after = Array.from({ length: 30 }, (_, at) => codec.open(at % 2 ? rotated : request));
    for (const { kind } of await Promise.all([...before, ...after])) assert.equal(kind, 'opened');
  });

  test('[OQ-26] the clock decides which keys are used', async (context) => {
    let nowMs = NOW_MS;
    const codec = await startCodec(context, { clock: { ...clock, nowMs: () => nowMs } });
    assert.equal((await codec.open(request)).kind, 'opened');
    nowMs = keyOf(ring, 'verify').expiresAtMs ?? 0;
    assert.equal((await codec.open(request)).kind, 'wrongly-signed');
    await assert.rejects(codec.seal(REQUEST), {
      name: 'UnavailableError',
      message: /no key to sign application\/jose with/,
    });
  });

  test('a hundred bodies at once each get their own answer', async (context) => {
    const codec = await startCodec(context, { threads: 2, waitingMax: 200 });
    const payloads = Array.from({ length: 100 }, (_, at) => `{"clientMessage":"${at}"}`);
    const results = payloads.map(async (payload) =>
      codec.open(await sealJwe(Buffer.from(payload), googleRing, NESTED, NOW_MS)),
    );
    assert.deepEqual(
      (await Promise.all(results)).map((body) =>
        body.kind === 'opened' ? Buffer.from(body.payload).toString() : body.kind,
      ),
      payloads,
    );
  });

  test('beyond its capacity it is unavailable and says nothing of the body', async (context) => {
    const codec = await startCodec(context, { waitingMax: 1 });
    const results = await Promise.allSettled(Array.from({ length: 16 }, () => codec.open(request)));
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 7);
    for (const { reason } of refused) assert.ok(reason instanceof UnavailableError);
    assert.equal((await codec.open(request)).kind, 'opened');
  });
});
