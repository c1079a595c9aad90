import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { codeIn, type TestApplication } from '../../support/test-application.ts';
import { amongNodes, type Shared, sharedStore } from './nodes-under-test.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A server whose clocks are the real ones, and can be set. */
async function serverIn({ start }: Shared, aheadMs: number, reachedMs = Date.now()) {
  const off = { wallMs: aheadMs, monotonicMs: 0 };
  const clock = createSystemClock(reachedMs, {
    wallMs: () => Date.now() + off.wallMs,
    monotonicMs: () => performance.now() + off.monotonicMs,
  });
  return { app: await start({ overrides: { clock } }), clock, off };
}

async function metricOf({ operatorUrl }: TestApplication, name: string): Promise<number> {
  const page = await (await fetch(`${operatorUrl}/metrics`)).text();
  return Number(new RegExp(`^gsp_otp_${name} (.*)$`, 'm').exec(page)?.[1]);
}

test('a server whose clock alone is off by more than 30 s is not ready', async (t) => {
  const shared = await sharedStore(t);
  const wrong = await serverIn(shared, 45 * SECOND);
  const alone = await amongNodes(wrong.app);
  assert.equal(alone.reason, undefined);
  assert.match(
    alone.warnings?.join() ?? '',
    /^the machine's clock is [34][0-9] s ahead of the database's: let NTP set both$/,
  );
  const right = await serverIn(shared, 0);
  assert.deepEqual(await amongNodes(right.app), {});
  assert.match(
    (await amongNodes(wrong.app)).reason ?? '',
    /is [34][0-9] s ahead .* other servers agree with the database/,
  );
  assert.ok(Math.abs((await metricOf(wrong.app, 'clock_ahead_of_store_seconds')) - 45) < 10);
  assert.equal(await metricOf(wrong.app, 'nodes'), 2);
  wrong.off.wallMs = 0;
  assert.deepEqual(await amongNodes(wrong.app), {});
});

test('where all servers say that it is the database whose clock is wrong, they are ready', async (t) => {
  const shared = await sharedStore(t);
  for (const { app } of [await serverIn(shared, -10 * MINUTE), await serverIn(shared, -10 * MINUTE)]) {
    const { reason, warnings } = await amongNodes(app);
    assert.equal(reason, undefined);
    assert.match(warnings?.join() ?? '', /behind the database's/);
  }
});

test('[OQ-5] a code lives as long at a server whose clock is twenty minutes ahead', async (t) => {
  const shared = await sharedStore(t);
  const [one, other] = [await serverIn(shared, 0), await serverIn(shared, 20 * MINUTE)];
  const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };
  await one.app.call('sendOtp', 'send', fields);
  const otp = codeIn(one.app.application.inbox?.texts(1)[0]?.text.reveal() ?? '');
  const requestTimestamp = String(other.clock.nowMs());
  const verified = await other.app.call(
    'verifyOtp',
    'verify',
    { sendOtpRequestId: 'send', otp },
    { requestTimestamp },
  );
  assert.equal(verified.body['result'], 'SUCCESS');
});

test('[OQ-69] time that has passed for one server has passed for the others, and a jump has not', async (t) => {
  const shared = await sharedStore(t);
  const [one, other] = [await serverIn(shared, 0), await serverIn(shared, 0)];
  one.off.monotonicMs += 5 * MINUTE;
  one.off.wallMs += 40 * DAY;
  const passedMs = one.clock.confirmedMs();
  await amongNodes(one.app);
  await amongNodes(other.app);
  const aheadMs = other.clock.confirmedMs() - Date.now();
  assert.ok(other.clock.confirmedMs() >= passedMs, `${aheadMs}`);
  assert.ok(aheadMs < 6 * MINUTE, `${aheadMs}`);
});

test('[OQ-69] a new store begins at the time of the database', async (t) => {
  const { start, run } = await sharedStore(t);
  const now = Date.now;
  const mocked = t.mock.method(Date, 'now', () => now() + 40 * DAY);
  const app = await start();
  mocked.mock.restore();
  await app.stop();
  const [row] = await run("SELECT value FROM {schema}.meta WHERE name = 'reached'");
  assert.ok(Math.abs(Number(row?.['value']) - Date.now()) < MINUTE);
});
