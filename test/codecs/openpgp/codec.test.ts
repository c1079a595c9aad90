import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { BODY_FAULTS, type BodyFault } from '../../../src/codecs/body-fault.ts';
import { PgpCodec, type PgpCodecOptions } from '../../../src/codecs/openpgp/codec.ts';
import { sealMessage } from '../../../src/codecs/openpgp/message.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { forgeBody, keyOf, literal } from './forge.ts';
import { bodyOf, NOW_MS, REQUEST, readMirroredRing, readRing, readVectors } from './vectors.ts';

const clock: Clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };
const ring = await readRing(['own-2048'], ['peer-2048']);
const peerRing = await readMirroredRing(['own-2048'], ['peer-2048']);
const request = sealMessage(REQUEST, peerRing, NOW_MS, false);

async function startCodec(context: TestContext, change: Partial<PgpCodecOptions> = {}): Promise<PgpCodec> {
  const codec = await PgpCodec.start({ ring, clock, threads: 1, waitingMax: 64, ...change });
  context.after(() => codec.close());
  return codec;
}

describe('the OpenPGP codec', () => {
  test('[HTTP-3, HTTP-7] it names its media type', async (context) => {
    const codec = await startCodec(context);
    assert.equal(codec.mediaType, 'application/octet-stream');
    assert.equal(codec.contentType, 'application/octet-stream; charset=utf-8');
  });

  test('[ENC-1, HTTP-4, OQ-16] two sides open what the other seals, binary and armored', async (context) => {
    for (const armored of [false, true]) {
      const codec = await startCodec(context, { armored });
      const google = await startCodec(context, { ring: peerRing });
      assert.deepEqual(await codec.open(request), { kind: 'opened', payload: new Uint8Array(REQUEST) });
      const answer = await codec.seal(Buffer.from('an answer'));
      const text = Buffer.from(answer).toString('latin1');
      assert.match(text, /^[A-Za-z0-9_-]+={0,2}$/);
      assert.equal(Buffer.from(text, 'base64url').toString('latin1').startsWith('-----BEGIN PGP'), armored);
      assert.deepEqual(await google.open(answer), {
        kind: 'opened',
        payload: new Uint8Array(Buffer.from('an answer')),
      });
    }
  });

  test('a body that is a part of a larger buffer is opened, and only the payload comes back', async (context) => {
    const codec = await startCodec(context);
    const opened = await codec.open(
      Buffer.concat([Buffer.from('##'), request, Buffer.from('##')]).subarray(2, -2),
    );
    assert.ok(opened.kind === 'opened');
    assert.equal(opened.payload.buffer.byteLength, REQUEST.length);
  });

  test('[PGP-4, PGP-5, ORD-1] the sender learns one of two answers, the log the reason', async (context) => {
    const reasons: BodyFault[] = [];
    const codec = await startCodec(context, { onRefused: (reason) => reasons.push(reason) });
    for (const { name, message } of readVectors('refused')) {
      const opened = await codec.open(bodyOf(message));
      const reason = reasons.pop();
      assert.ok(reason, name);
      assert.deepEqual(opened, { kind: BODY_FAULTS[reason] });
    }
    assert.deepEqual(await codec.open(Buffer.from('{"clientMessage":"in the clear"}')), {
      kind: 'undecryptable',
    });
    const unsigned = forgeBody(literal(REQUEST), keyOf(peerRing, 'encrypt'));
    assert.deepEqual(await codec.open(unsigned), { kind: 'wrongly-signed' });
  });

  test('[ENC-2] another ring is in force for the next message, and messages under way are not lost', async (context) => {
    const codec = await startCodec(context, { threads: 2, waitingMax: 200 });
    const other = await readRing(['own-3072', 'own-2048'], ['peer-3072', 'peer-2048']);
    const before = Array.from({ length: 30 }, () => codec.open(request));
    codec.replaceRing(other);
    assert.equal(codec.ring, other);
    const rotated = sealMessage(REQUEST, await readMirroredRing(['own-3072'], ['peer-3072']), NOW_MS, false);
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
      message: /no key to sign application\/octet-stream with/,
    });
  });

  test('[PGP-3] a hundred bodies at once each get their own answer', async (context) => {
    const codec = await startCodec(context, { threads: 2, waitingMax: 200 });
    const payloads = Array.from({ length: 100 }, (_, at) => `{"clientMessage":"${at}"}`);
    const bodies = payloads.map((payload) => sealMessage(Buffer.from(payload), peerRing, NOW_MS, false));
    const opened = await Promise.all(bodies.map((body) => codec.open(body)));
    assert.deepEqual(
      opened.map((body) => (body.kind === 'opened' ? Buffer.from(body.payload).toString() : body.kind)),
      payloads,
    );
  });

  test('beyond its capacity it is unavailable and says nothing of the body', async (context) => {
    const codec = await startCodec(context, { waitingMax: 1 });
    const results = await Promise.allSettled(Array.from({ length: 16 }, () => codec.open(request)));
    const refused = results.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 7);
    for (const result of refused)
      assert.ok(result.status === 'rejected' && result.reason instanceof UnavailableError);
    assert.equal((await codec.open(request)).kind, 'opened');
  });
});
