import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Clock } from '../../../src/ports/clock.ts';
import { proofSize } from '../../support/proof-size.ts';
import { requestOf, type SealedAnswer, sendSealed } from '../../support/sealed-google.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication, type TestApplication } from '../../support/test-application.ts';
import { type GoogleCodec, makeKey, sealingSettings, startGoogleCodec } from '../../support/test-keys.ts';

const REPLAYS = proofSize('PROOF_SEALED_REPLAYS', { quick: 60, mass: 5000 });
const IN_FLIGHT_MAX = 16;

/** Row 17 of the proofs, for bodies as they are on the wire: a recording has no second effect, wherever it is sent. */
for (const kind of ['pgp', 'jwe'] as const) {
  describe(`recorded sealed messages sent again: ${kind}`, () => {
    let app: TestApplication;
    let otherIntegrator: TestApplication;
    let codec: GoogleCodec;
    // Stands still but for what is said below: how long the recording takes makes no difference.
    let recordedAtMs = 0;
    let offsetMs = 0;
    const clock: Clock = {
      nowMs: () => recordedAtMs + offsetMs,
      steadyMs: () => Date.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    };

    before(async () => {
      const [ours, theirs, google] = await Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
      // Keys count by the second.
      recordedAtMs = Date.now() + 1000;
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

    interface Recorded {
      readonly sealed: Uint8Array<ArrayBuffer>;
      readonly first: SealedAnswer;
    }

    /** How a recording is sent again, and what comes of it. */
    const ways: Readonly<Record<string, (recorded: Recorded) => Promise<void>>> = {
      'at once': isReplayed,
      '60 s later': at(60_000, isReplayed),
      '60.001 s later': at(60_001, (recorded) => isRefused(recorded, app, 'REQUEST_TIMESTAMP_OUT_OF_RANGE')),
      // Our answer is older than our key by then, so that Google can't open it.
      '60.001 s too early': at(-60_001, (recorded) => isRefused(recorded, app)),
      'to another method': (recorded) => isRefused(recorded, app, 'MISSING_REQUIRED_FIELD', 'verifyOtp'),
      'to another path': async ({ sealed }) => {
        const { status } = await sendSealed(`${app.methodsUrl}/v2/sendOtp`, sealed, codec);
        assert.equal(status, 404);
      },
      // Whose answer, signed with another key, Google can't read with ours at hand.
      'to another integrator': (recorded) => isRefused(recorded, otherIntegrator),
      'our own answer, thrown back at us': ({ first }) =>
        isRefused({ sealed: new Uint8Array(first.raw), first }, app, 'INVALID_PAYLOAD_ENCRYPTION'),
    };
    const messages = Math.ceil(REPLAYS / 2 / Object.keys(ways).length);

    it(`[IDEM-2, IDEM-10] ${messages} sendOtp messages, each sent again in ${Object.keys(ways).length} ways`, async () => {
      const recorded = await inTurns(
        Array.from({ length: messages }, (_, number) => number),
        record,
      );
      for (const sendAgain of Object.values(ways)) {
        await inTurns(recorded, sendAgain);
        offsetMs = 0;
      }
      assert.equal(app.application.inbox?.texts(messages + 1).length, messages);
      assert.equal(otherIntegrator.application.inbox?.texts(1).length, 0);
    });

    async function record(number: number): Promise<Recorded> {
      const fields = { accountPhoneNumber: activeNumber(number), smsMatchingToken: 'AB12345678C' };
      const sealed = new Uint8Array(
        await codec.seal(requestOf(`recorded-${number}`, fields, { requestTimestamp: String(recordedAtMs) })),
      );
      const first = await post(app, 'sendOtp', sealed);
      assert.equal(first.body?.['result'], 'SUCCESS');
      return { sealed, first };
    }

    function at(ms: number, sendAgain: (recorded: Recorded) => Promise<void>) {
      return (recorded: Recorded) => {
        offsetMs = ms;
        return sendAgain(recorded);
      };
    }

    async function isReplayed({ sealed, first }: Recorded): Promise<void> {
      const again = await post(app, 'sendOtp', sealed);
      assert.equal(again.status, 200);
      assert.deepEqual({ ...again.body, responseHeader: 0 }, { ...first.body, responseHeader: 0 });
    }

    async function isRefused(
      { sealed }: Recorded,
      by: TestApplication,
      code?: string,
      method = 'sendOtp',
    ): Promise<void> {
      const { status, body, raw } = await post(by, method, sealed);
      assert.ok(status === 400 || status === 401, `${status}`);
      // So many in a row are not all worth a signature. [OQ-7]
      if (code !== undefined && raw.length > 0) assert.equal(body?.['errorResponseCode'], code);
    }

    function post(to: TestApplication, method: string, sealed: Uint8Array<ArrayBuffer>) {
      return sendSealed(`${to.methodsUrl}/v1/${method}`, sealed, codec);
    }
  });
}

/** Some at a time. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += IN_FLIGHT_MAX)
    results.push(...(await Promise.all(items.slice(at, at + IN_FLIGHT_MAX).map(work))));
  return results;
}
