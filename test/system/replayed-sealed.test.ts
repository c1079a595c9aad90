import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Clock } from '../../src/ports/clock.ts';
import { requestOf, type SealedAnswer, sendSealed } from './sealed-google.ts';
import { activeNumber } from './test-accounts.ts';
import { startApplication, type TestApplication } from './test-application.ts';
import { type GoogleCodec, makeKey, sealingSettings, startGoogleCodec } from './test-keys.ts';

const MESSAGES = Number(process.env['PROOF_SEALED_MESSAGES'] ?? 70);

/** Row 17 of the proofs, for bodies as they are on the wire: a recording has no second effect, wherever it is sent. */
for (const kind of ['pgp', 'jwe'] as const) {
  describe(`recorded sealed messages sent again: ${kind}`, () => {
    let app: TestApplication;
    let otherIntegrator: TestApplication;
    let codec: GoogleCodec;
    let offsetMs = 0;
    const clock: Clock = {
      nowMs: () => Date.now() + offsetMs,
      steadyMs: () => Date.now() + Math.max(0, offsetMs),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    };

    before(async () => {
      const [ours, theirs, google] = await Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
      const settings = { 'quotas.coolDownMs': 0 };
      const start = (key: typeof ours) =>
        startApplication({
          overrides: { clock },
          settings: { ...settings, [`payload.${kind}`]: sealingSettings([key], [google]) },
        });
      [app, otherIntegrator] = await Promise.all([start(ours), start(theirs)]);
      codec = await startGoogleCodec(kind, google, ours);
    });
    after(async () => {
      await Promise.all([codec.close(), app.stop(), otherIntegrator.stop()]);
    });

    it(`[IDEM-2, IDEM-10] ${MESSAGES} sendOtp messages, each sent again in one of seven ways`, async () => {
      for (let number = 0; number < MESSAGES; number += 1) {
        const fields = { accountPhoneNumber: activeNumber(number), smsMatchingToken: 'AB12345678C' };
        const sealed = new Uint8Array(await codec.seal(requestOf(`recorded-${number}`, fields)));
        const first = await post(app, 'sendOtp', sealed);
        assert.equal(first.status, 200);
        await sendAgain(number % 7, sealed, first);
      }
      assert.equal(app.application.inbox?.texts(MESSAGES + 1).length, MESSAGES);
      assert.equal(otherIntegrator.application.inbox?.texts(1).length, 0);
    });

    async function sendAgain(way: number, sealed: Uint8Array<ArrayBuffer>, first: SealedAnswer) {
      switch (way) {
        case 0:
        case 1: {
          offsetMs = way * 59_000;
          const again = await post(app, 'sendOtp', sealed);
          assert.equal(again.status, 200);
          assert.deepEqual({ ...again.body, responseHeader: 0 }, { ...first.body, responseHeader: 0 });
          break;
        }
        case 2:
          offsetMs = 61_000;
          assertRefused(await post(app, 'sendOtp', sealed), 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
          break;
        case 3:
          // To OpenPGP the signature itself is from the future.
          offsetMs = -61_000;
          assertRefused(await post(app, 'sendOtp', sealed));
          break;
        case 4:
          assertRefused(await post(app, 'verifyOtp', sealed), 'MISSING_REQUIRED_FIELD');
          break;
        case 5:
          assertRefused(await post(otherIntegrator, 'sendOtp', sealed));
          break;
        default:
          // Our own answer, thrown back at us.
          assertRefused(await post(app, 'sendOtp', new Uint8Array(first.raw)), 'INVALID_PAYLOAD_ENCRYPTION');
      }
      offsetMs = 0;
    }

    function post(to: TestApplication, method: string, sealed: Uint8Array<ArrayBuffer>) {
      return sendSealed(`${to.methodsUrl}/v1/${method}`, sealed, codec);
    }

    function assertRefused({ status, body }: SealedAnswer, code?: string): void {
      assert.ok(status === 400 || status === 401, `${status}`);
      if (code !== undefined) assert.equal(body?.['errorResponseCode'], code);
    }
  });
}
