import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { InboxGateway } from '../../../src/adapters/gateways/inbox/gateway.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { kindsUnderTest, proofShares, storeSettingsUnderTest } from '../../adapters/storage/store-kinds.ts';
import { proofSize } from '../../support/proof-size.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';

const ALL_ROUNDS = proofSize('PROOF_CONSUMPTIONS', { quick: 20, mass: 1_500 });

/** An account's limits of a day are new when its turn comes again. */
const ROUND_MS = 120_000;
const ACCOUNTS = 900;

for (const kind of kindsUnderTest) {
  const ROUNDS = Math.ceil(ALL_ROUNDS * proofShares[kind]);
  test(`[OV-3, OQ-9, OQ-66] verifyOtp, consumptions and a resend for one code at once, ${ROUNDS} times on a store of kind ${kind}: at most one success, and one unless the resend came first`, async (t) => {
    const clock = new TestClock();
    const gateway = new InboxGateway(clock);
    const settings = {
      ...(await storeSettingsUnderTest[kind]()),
      ...{ 'quotas.coolDownMs': 0, 'requests.concurrentMax': 4096 },
    };
    const one = await startApplication({ settings, overrides: { clock, gateway } });
    t.after(() => one.stop());
    const { dataDirectory } = one;
    // A store in a file has one server.
    const other =
      kind === 'sqlite'
        ? one
        : await startApplication({ dataDirectory, settings, overrides: { clock, gateway } });
    if (other !== one) t.after(() => other.stop());

    const call = async (app: TestApplication, method: string, requestId: string, fields: object) => {
      const { body } = await app.call(
        method,
        requestId,
        { ...fields },
        { requestTimestamp: String(clock.nowMs()) },
      );
      return String(body['result'] ?? body['errorResponseCode']);
    };
    const send = (app: TestApplication, round: number, name: string) =>
      call(app, 'sendOtp', `${name}-${round}`, {
        accountPhoneNumber: activeNumber(round % ACCOUNTS),
        smsMatchingToken: 'AB12345678C',
      });
    const consume = async (app: TestApplication, round: number, name: string, otp: string) => {
      const consumption = await app.application.consumeOtp({
        purpose: 'other',
        requestId: `${name}-${round}`,
        otpVerification: { sendOtpRequestId: `send-${round}`, otp: new Secret(otp) },
      });
      return consumption.kind === 'answered' ? consumption.result : consumption.kind;
    };

    let resent = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      clock.pass(ROUND_MS);
      assert.equal(await send(one, round, 'send'), 'SUCCESS');
      const otp = codeIn(gateway.texts(1, activeNumber(round % ACCOUNTS))[0]?.text.reveal() ?? '');
      const withResend = round % 2 === 1;
      const resend = withResend ? send(other, round, 'again') : 'none';
      // It comes first by nothing, or by so many turns of the event loop.
      for (let turns = withResend ? round % 40 : 0; turns > 0; turns -= 1) await setImmediate();
      const [again, ...results] = await Promise.all([
        resend,
        call(other, 'verifyOtp', `verify-${round}`, { sendOtpRequestId: `send-${round}`, otp }),
        consume(one, round, 'one', otp),
        consume(other, round, 'other', otp),
      ]);
      const successes = results.filter((result) => result === 'SUCCESS').length;
      const told = `round ${round}: ${again}, ${results.join(' ')}`;
      const superseded = results.every((result) => result === 'OTP_NOT_MATCHED');
      if (superseded && withResend) resent += 1;
      else assert.equal(successes, 1, told);
      assert.ok(successes <= 1, told);
      const others = results.filter((result) => result !== 'SUCCESS');
      assert.ok(
        others.every((result) => ['OTP_ALREADY_USED', 'OTP_NOT_MATCHED'].includes(result)),
        told,
      );
      if (!withResend) assert.deepEqual(new Set(others), new Set(['OTP_ALREADY_USED']), told);
    }
    t.diagnostic(`${resent} resends came first`);
  });
}
