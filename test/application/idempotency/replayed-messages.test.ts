import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Clock } from '../../../src/ports/clock.ts';
import { kindsUnderTest, proofShares, storeSettingsUnderTest } from '../../adapters/storage/store-kinds.ts';
import { proofSize } from '../../support/proof-size.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication, type TestApplication } from '../../support/test-application.ts';

const ALL_MESSAGES = proofSize('PROOF_MESSAGES', { quick: 150, mass: 5000 });

/** Row 17 of the proofs: a recorded message that is sent again, whenever and wherever, has no second effect. */
for (const kind of kindsUnderTest)
  describe(`recorded messages sent again, on a store of kind ${kind}`, () => {
    const MESSAGES = Math.ceil(ALL_MESSAGES * proofShares[kind]);
    let app: TestApplication;
    let offsetMs = 0;
    const clock: Clock = {
      nowMs: () => Date.now() + offsetMs,
      steadyMs: () => Date.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    };

    before(async () => {
      app = await startApplication({
        overrides: { clock },
        settings: {
          ...(await storeSettingsUnderTest[kind]()),
          'http.basePaths': ['/v1', '/wallet/e-wallets-v1'],
          'quotas.coolDownMs': 0,
          'quotas.sendsPerPhoneNumber.max': 256,
          'quotas.sendsPerAccount.max': 256,
        },
      });
    });
    after(() => app.stop());

    const post = (path: string, body: string) =>
      fetch(`${app.methodsUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });

    it(`[IDEM-2, IDEM-10] ${MESSAGES} recorded sendOtp messages, each sent again in one of six ways`, async () => {
      let textsExpected = 0;
      const texts = () => app.application.inbox?.texts(100_000).length ?? 0;
      for (let number = 0; number < MESSAGES; number += 1) {
        const header = {
          protocolVersion: { major: 1, minor: 0, revision: 0 },
          requestId: `recorded-${number}`,
          requestTimestamp: String(Date.now()),
        };
        const body = JSON.stringify({
          requestHeader: header,
          accountPhoneNumber: activeNumber(number % 1000),
          smsMatchingToken: 'AB12345678C',
        });
        const first = await post('/v1/sendOtp', body);
        assert.equal(first.status, 200);
        const answer = (await first.json()) as Record<string, unknown>;
        textsExpected += 1;

        const ways: readonly (readonly [number, string, (status: number) => boolean])[] = [
          [0, '/v1/sendOtp', (status) => status === 200],
          [59_000, '/v1/sendOtp', (status) => status === 200],
          [61_000, '/v1/sendOtp', (status) => status === 400],
          [-61_000, '/v1/sendOtp', (status) => status === 400],
          [0, '/wallet/e-wallets-v1/sendOtp', (status) => status === 200],
          // Another method has another key space, but lacks this one's fields.
          [0, number % 2 === 0 ? '/v1/verifyOtp' : '/v1/echo', (status) => status === 400],
        ];
        const [shiftMs, path, expected] = ways[number % ways.length] ?? ways[0] ?? assert.fail();
        offsetMs = shiftMs;
        const again = await post(path, body);
        offsetMs = 0;
        const repeated = (await again.json()) as Record<string, unknown>;
        assert.ok(expected(again.status), `${path} ${shiftMs} ms: ${again.status}`);
        if (again.status === 200) {
          assert.deepEqual({ ...repeated, responseHeader: 0 }, { ...answer, responseHeader: 0 });
        } else if (shiftMs !== 0) {
          assert.equal(repeated['errorResponseCode'], 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
        }
      }
      assert.equal(texts(), Math.min(textsExpected, 11_000));
    });
  });
