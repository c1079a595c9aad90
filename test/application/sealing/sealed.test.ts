import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PgpCodec } from '../../../src/codecs/openpgp/codec.ts';
import { TAG, writePacket } from '../../../src/codecs/openpgp/packets.ts';
import type { PayloadCodec } from '../../../src/ports/payload-codec.ts';
import { forgeBody } from '../../codecs/openpgp/forge.ts';
import { callSealed, requestOf, type SealedAnswer, sendSealed } from '../../support/sealed-google.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { makeKey, sealingSettings, startGoogleCodec, type TestKey } from '../../support/test-keys.ts';

const DAY_MS = 86_400_000;

for (const kind of ['pgp', 'jwe'] as const) {
  describe(`sealed bodies: ${kind}`, () => {
    let app: TestApplication;
    let ours: TestKey;
    let google: TestKey;
    let stranger: TestKey;
    let codec: PayloadCodec;
    const closers: (() => Promise<void>)[] = [];

    before(async () => {
      [ours, google, stranger] = await Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
      app = await startApplication({ settings: { [`payload.${kind}`]: sealingSettings([ours], [google]) } });
      codec = await startGoogleCodec(kind, google, ours);
      closers.push(
        () => codec.close(),
        () => app.stop(),
      );
    });
    after(async () => {
      for (const close of closers) await close();
    });

    const echo = (fields = { clientMessage: 'hello' }) =>
      callSealed(app.methodsUrl, codec, 'echo', `echo-${kind}`, fields);
    const send = (body: Uint8Array, contentType?: string) =>
      sendSealed(`${app.methodsUrl}/v1/echo`, new Uint8Array(body), codec, contentType);

    /** Nothing of the answer, an error's description among it, can be read without Google's key. */
    function assertSealed({ raw, contentType }: SealedAnswer): void {
      assert.equal(contentType, codec.contentType);
      const text = Buffer.from(raw).toString('latin1');
      assert.match(text, /^[A-Za-z0-9_.=-]+$/);
      assert.doesNotMatch(Buffer.from(text, 'base64url').toString('latin1'), /errorResponseCode|response/);
    }

    it('[ENC-1, HTTP-4] a code is sent and verified, sealed in both directions', async () => {
      const call = (method: string, requestId: string, fields: Readonly<Record<string, unknown>>) =>
        callSealed(app.methodsUrl, codec, method, requestId, fields);
      const sent = await call('sendOtp', 'send', {
        accountPhoneNumber: activeNumber(0),
        smsMatchingToken: 'AB12345678C',
      });
      assertSealed(sent);
      assert.equal(sent.body?.['result'], 'SUCCESS');
      const otp = codeIn(app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
      const verified = await call('verifyOtp', 'verify', { sendOtpRequestId: 'send', otp });
      assert.equal(verified.body?.['result'], 'SUCCESS');
    });

    it('[OQ-7, ERR-7, PGP-5, JWE-5] what is not for us is 400, told in a sealed body', async () => {
      const elsewhere = await startGoogleCodec(kind, google, stranger);
      closers.push(() => elsewhere.close());
      const request = requestOf('not-for-us', { clientMessage: 'hello' });
      for (const body of [await elsewhere.seal(request), Buffer.from('e30'), Buffer.from(''), request]) {
        const answer = await send(body);
        assert.equal(answer.status, 400);
        assertSealed(answer);
        assert.equal(answer.body?.['errorResponseCode'], 'INVALID_PAYLOAD_ENCRYPTION');
      }
    });

    if (kind === 'pgp') {
      it('[OQ-78] what is decrypted but in a form that is not read is 400, and no fault of the signature', async () => {
        if (!(codec instanceof PgpCodec)) throw new TypeError('an OpenPGP codec was started');
        const [recipient] = codec.ring.usable('encrypt', Date.now());
        if (!recipient) throw new TypeError('there is a key to encrypt to');
        const bzip2 = writePacket(TAG.compressed, Buffer.from([3]), Buffer.from('BZh9'));
        for (const packets of [bzip2, Buffer.from('no packets at all')]) {
          const answer = await send(forgeBody(packets, recipient));
          assert.equal(answer.status, 400);
          assertSealed(answer);
          assert.equal(answer.body?.['errorResponseCode'], 'INVALID_DECRYPTED_REQUEST');
        }
      });
    } else {
      it('[HTTP-5] a JWE that stands in base64url is opened, and its answer is a bare one', async () => {
        const jwe = await codec.seal(requestOf('wrapped', { clientMessage: 'hello' }));
        const answer = await send(Buffer.from(Buffer.from(jwe).toString('base64url')));
        assert.equal(answer.status, 200);
        assert.equal(answer.body?.['clientMessage'], 'hello');
        assert.equal(Buffer.from(answer.raw).toString('latin1').split('.').length, 5);
      });
    }

    it('[OQ-7, ERR-7, PGP-4, JWE-5] what somebody else signed is 401, told in a body sealed to Google', async () => {
      const imposter = await startGoogleCodec(kind, stranger, ours);
      closers.push(() => imposter.close());
      const answer = await send(await imposter.seal(requestOf('imposter', { clientMessage: 'hello' })));
      assert.equal(answer.status, 401);
      assertSealed(answer);
      assert.equal(answer.body?.['errorResponseCode'], 'INVALID_PAYLOAD_SIGNATURE');
      // The imposter can't read it.
      assert.equal((await imposter.open(answer.raw)).kind, 'undecryptable');
    });

    it('every other error is sealed too', async () => {
      const answer = await echo({} as { clientMessage: string });
      assert.equal(answer.status, 400);
      assertSealed(answer);
      assert.equal(answer.body?.['errorResponseCode'], 'MISSING_REQUIRED_FIELD');
    });

    it('[OQ-21] clear JSON, and the other kind of sealing, get an empty 400', async () => {
      const other = kind === 'pgp' ? 'application/jose' : 'application/octet-stream';
      for (const contentType of ['application/json', other]) {
        const answer = await send(requestOf('clear', { clientMessage: 'hello' }), contentType);
        assert.deepEqual([answer.status, answer.raw.length], [400, 0]);
      }
    });

    it('[HTTP-7] the content type may be written otherwise', async () => {
      const contentType = codec.contentType.toUpperCase().replace('; CHARSET=', ' ;charset=');
      const answer = await send(
        await codec.seal(requestOf('spelt', { clientMessage: 'hello' })),
        contentType,
      );
      assert.equal(answer.status, 200);
      assert.equal(
        (await send(await codec.seal(requestOf('bare', { clientMessage: '' })), codec.mediaType)).status,
        200,
      );
    });

    it('[OQ-7, ERR-2] an answer that can not be sealed has no body', async () => {
      const clock = new TestClock();
      const short = await makeKey(kind, 2);
      const started = await startApplication({
        settings: { [`payload.${kind}`]: sealingSettings([ours], [short]) },
        overrides: { clock },
      });
      const shortCodec = await startGoogleCodec(kind, short, ours);
      closers.push(
        () => shortCodec.close(),
        () => started.stop(),
      );
      const call = () =>
        callSealed(started.methodsUrl, shortCodec, 'echo', `echo-${clock.nowMs()}`, {
          clientMessage: 'hello',
        });
      const ready = () => fetch(`${started.operatorUrl}/health/ready`);
      assert.equal((await call()).status, 200);
      assert.match(await (await ready()).text(), /expires on .*, in 2 days/);

      clock.pass(3 * DAY_MS);
      const answer = await call();
      // Its signature has expired with the key, and there is no other to seal to.
      assert.deepEqual([answer.status, answer.raw.length, answer.contentType], [401, 0, null]);
      const notReady = await ready();
      assert.equal(notReady.status, 503);
      assert.match(await notReady.text(), /key to (verify|encrypt) with is active/);
    });
  });
}

describe('sealed bodies side by side', () => {
  it('[HTTP-3, HTTP-5] OpenPGP, JWE and, in the sandbox, clear JSON: each request is answered in its own kind', async () => {
    const kinds = ['pgp', 'jwe'] as const;
    const keys = await Promise.all(
      kinds.map(async (kind) => ({ kind, ours: await makeKey(kind), google: await makeKey(kind) })),
    );
    const settings = Object.fromEntries(
      keys.map(({ kind, ours, google }) => [kind, sealingSettings([ours], [google])]),
    );
    const app = await startApplication({ settings: { payload: { ...settings, plain: true } } });
    try {
      for (const { kind, ours, google } of keys) {
        const codec = await startGoogleCodec(kind, google, ours);
        const answer = await callSealed(app.methodsUrl, codec, 'echo', 'one-id', { clientMessage: 'hello' });
        await codec.close();
        assert.deepEqual([answer.status, answer.contentType], [200, codec.contentType]);
        assert.equal(answer.body?.['clientMessage'], 'hello');
      }
      assert.equal((await app.call('echo', 'one-id', { clientMessage: 'hello' })).status, 200);
      assert.equal((await app.call('echo', 'one-id', { clientMessage: 'other' })).status, 412);
    } finally {
      await app.stop();
    }
  });
});
