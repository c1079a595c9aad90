import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../support/test-application.ts';

const TOKEN = 'AB12345678C';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const VALIDITY_MS = 600_000;

/** Row 9 of the proofs: the real clock adapter, on time sources that jump. */
describe('clocks that jump', () => {
  let wallMs = 1_800_000_000_000;
  let monotonicMs = 5000;
  const clock = createSystemClock(0, { wallMs: () => wallMs, monotonicMs: () => monotonicMs });
  let app: TestApplication;
  let requests = 0;

  before(async () => {
    app = await startApplication({ overrides: { clock }, settings: { 'quotas.coolDownMs': 0 } });
  });
  after(() => app.stop());

  const passMs = (durationMs: number) => {
    wallMs += durationMs;
    monotonicMs += durationMs;
  };
  const jumpMs = (distanceMs: number) => {
    wallMs += distanceMs;
  };
  const call = (method: string, requestId: string, fields: Record<string, unknown>, offByMs = 0) =>
    app.call(method, requestId, fields, { requestTimestamp: String(wallMs + offByMs) });

  it('[HDR-4, OQ-18] a timestamp is accepted if and only if it is at most 60,000 ms off, either way', async () => {
    for (const [offByMs, status] of [
      [-60_000, 200],
      [60_000, 200],
      [-60_001, 400],
      [60_001, 400],
      [0, 200],
      [-HOUR_MS, 400],
      [DAY_MS, 400],
    ] as const) {
      const { status: got, body } = await call('echo', `echo-${requests++}`, { clientMessage: 'x' }, offByMs);
      assert.equal(got, status, `${offByMs} ms`);
      if (status === 400) assert.equal(body['errorResponseCode'], 'REQUEST_TIMESTAMP_OUT_OF_RANGE');
    }
  });

  /** Sends to one number, lets `between` happen, and tells whether the code still verifies. */
  async function survives(between: () => void): Promise<boolean> {
    const requestId = `life-${requests++}`;
    const number = activeNumber(requests);
    const sent = await call('sendOtp', requestId, { accountPhoneNumber: number, smsMatchingToken: TOKEN });
    assert.equal(sent.body['result'], 'SUCCESS');
    const otp = codeIn(app.application.inbox?.texts(1, number)[0]?.text.reveal() ?? '');
    between();
    const { body } = await call('verifyOtp', `${requestId}-v`, { sendOtpRequestId: requestId, otp });
    return body['result'] === 'SUCCESS';
  }

  it('[OQ-5] a code lives as long as set, to the millisecond', async () => {
    assert.equal(await survives(() => passMs(VALIDITY_MS - 1)), true);
    assert.equal(await survives(() => passMs(VALIDITY_MS)), false);
  });

  for (const backMs of [1000, HOUR_MS, DAY_MS]) {
    it(`no code lives longer because the clock was set back by ${backMs} ms`, async () => {
      assert.equal(
        await survives(() => {
          jumpMs(-backMs);
          passMs(VALIDITY_MS - 1);
        }),
        true,
      );
      assert.equal(
        await survives(() => {
          passMs(1000);
          jumpMs(-backMs);
          passMs(VALIDITY_MS - 1000);
        }),
        false,
      );
      jumpMs(2 * backMs);
    });
  }

  it('a leap second is survived, a jump forwards ends codes early rather than late', async () => {
    assert.equal(await survives(() => jumpMs(-1000)), true);
    jumpMs(1000);
    assert.equal(await survives(() => jumpMs(1000)), true);
    assert.equal(await survives(() => jumpMs(HOUR_MS)), false);
    assert.equal(await survives(() => jumpMs(DAY_MS)), false);
  });

  it('a clock that was set back while the server was down goes on from what the store remembers', () => {
    const rememberedMs = wallMs + HOUR_MS;
    const restarted = createSystemClock(rememberedMs, {
      wallMs: () => wallMs,
      monotonicMs: () => monotonicMs,
    });
    assert.equal(restarted.steadyMs(), rememberedMs);
    passMs(1500);
    assert.equal(restarted.steadyMs(), rememberedMs + 1500);
    assert.equal(restarted.nowMs(), wallMs);
  });

  it('many readings within a millisecond do not stop the steady clock', () => {
    let monotonic = 0;
    const fine = createSystemClock(1_000_000, { wallMs: () => 0, monotonicMs: () => monotonic });
    for (let reading = 0; reading < 10_000; reading += 1) {
      monotonic += 0.1;
      fine.steadyMs();
    }
    assert.ok(Math.abs(fine.steadyMs() - 1_001_000) <= 1);
  });
});
