import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { kindsUnderTest, proofShares, storeSettingsUnderTest } from '../../adapters/storage/store-kinds.ts';
import { proofSize } from '../../support/proof-size.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import {
  type Answer,
  codeIn,
  type Fields,
  startApplication,
  type TestApplication,
} from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';

const ALL_GROUPS = proofSize('PROOF_GROUPS', { quick: 12, mass: 200 });
const TOKEN = 'AB12345678C';

/**
 * Rows 3, 5 and 6 of the proofs: what races can't do. `PROOF_GROUPS` makes them longer. Time passes between the groups
 * alone: however long a busy machine keeps this process from running, no twin has waited too long.
 */
for (const kind of kindsUnderTest)
  describe(`equal and competing requests at once, on a store of kind ${kind}`, () => {
    const GROUPS = Math.ceil(ALL_GROUPS * proofShares[kind]);
    const clock = new TestClock();
    let app: TestApplication;
    let numbers = 0;

    before(async () => {
      app = await startApplication({
        settings: {
          ...(await storeSettingsUnderTest[kind]()),
          'quotas.failedVerificationsPerAccount.max': 8,
          'quotas.exhaustionLockMs': 0,
          'quotas.coolDownMs': 0,
          'requests.concurrentMax': 4096,
        },
        overrides: { clock },
      });
    });
    after(() => app.stop());

    const call = (method: string, requestId: string, fields: Fields) =>
      app.call(method, requestId, fields, { requestTimestamp: String(clock.nowMs()) });
    const sendTo = (n: number, requestId: string) =>
      call('sendOtp', requestId, { accountPhoneNumber: activeNumber(n), smsMatchingToken: TOKEN });
    /** When it is a number's turn again, its quotas of a day are new. */
    const nextNumber = () => {
      clock.pass(100_000);
      return numbers++ % 999;
    };
    const textsTo = (n: number) =>
      (app.application.inbox?.texts(1000, activeNumber(n)) ?? []).map((kept) => kept.text.reveal());

    it(`[IDEM-11, OQ-8] 16 copies of one sendOtp, ${GROUPS} times: one text, one code, equal answers`, async () => {
      for (let group = 0; group < GROUPS; group += 1) {
        const n = nextNumber();
        const textsBefore = textsTo(n).length;
        const copies = await Promise.all(Array.from({ length: 16 }, () => sendTo(n, `twins-${group}`)));
        assert.equal(textsTo(n).length, textsBefore + 1, `group ${group}`);
        assert.equal(new Set(copies.map(withoutTimestamp)).size, 1, `group ${group}`);
        assert.equal(copies[0]?.body['result'], 'SUCCESS');
      }
    });

    it(`[VO-2] 16 verifications of one right code, ${GROUPS} times: one SUCCESS`, async () => {
      for (let group = 0; group < GROUPS; group += 1) {
        const n = nextNumber();
        await sendTo(n, `right-${group}`);
        const otp = codeIn(textsTo(n)[0] ?? '');
        const answers = await Promise.all(
          Array.from({ length: 16 }, (_, guess) =>
            call('verifyOtp', `right-${group}-${guess}`, { sendOtpRequestId: `right-${group}`, otp }),
          ),
        );
        const results = answers.map(({ body }) => body['result']);
        assert.equal(results.filter((result) => result === 'SUCCESS').length, 1, `group ${group}`);
        assert.equal(results.filter((result) => result === 'OTP_ALREADY_USED').length, 15, `group ${group}`);
      }
    });

    it(`[SO-13] 64 wrong codes at once, ${Math.ceil(GROUPS / 2)} times: five are compared, then nothing`, async () => {
      for (let group = 0; group < GROUPS / 2; group += 1) {
        const n = nextNumber();
        await sendTo(n, `wrong-${group}`);
        const right = codeIn(textsTo(n)[0] ?? '');
        const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
        await Promise.all(
          Array.from({ length: 64 }, (_, guess) =>
            call('verifyOtp', `wrong-${group}-${guess}`, {
              sendOtpRequestId: `wrong-${group}`,
              otp: wrong,
            }),
          ),
        );
        const [history] = await app.application.store.history(`wrong-${group}`);
        assert.equal(history?.challenge?.failedAttempts, 5, `group ${group}`);
        assert.equal(history?.challenge?.state, 'exhausted');
        const late = await call('verifyOtp', `late-${group}`, {
          sendOtpRequestId: `wrong-${group}`,
          otp: right,
        });
        assert.equal(late.body['result'], 'OTP_NOT_MATCHED');
      }
    });

    it('[SO-13] new codes do not bring new guesses: an account has its budget across all of them', async () => {
      const n = 999;
      let compared = 0;
      for (let round = 0; round < 4; round += 1) {
        const sent = await sendTo(n, `budget-${round}`);
        if (sent.body['result'] === 'OTP_LIMIT_REACHED') continue;
        const right = codeIn(textsTo(n)[0] ?? '');
        const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
        for (let guess = 0; guess < 6; guess += 1) {
          await call('verifyOtp', `budget-${round}-${guess}`, {
            sendOtpRequestId: `budget-${round}`,
            otp: wrong,
          });
        }
        const [history] = await app.application.store.history(`budget-${round}`);
        compared += history?.challenge?.failedAttempts ?? 0;
      }
      assert.equal(compared, 8);
      assert.equal((await sendTo(n, 'budget-after')).body['result'], 'OTP_LIMIT_REACHED');
    });
  });

function withoutTimestamp({ status, body }: Answer): string {
  const { responseHeader: _, ...rest } = body;
  return JSON.stringify([status, rest]);
}
