import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSqliteOtpStore } from '../../src/adapters/storage/sqlite/otp-store.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { plainCodec } from '../../src/codecs/plain.ts';
import { anEcho } from '../contracts/otp-orders.ts';
import { completeRequest } from '../contracts/otp-steps.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { codeIn, startApplication, type TestApplication } from '../support/test-application.ts';

/*
 * What a clock that is wrong can do: at the start, while the server runs, for a moment or for good. The real clock adapter on
 * time sources that jump, the real store on one folder.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;
const TOKEN = 'AB12345678C';

/** Stands for bodies that only Google can have made. */
const authenticated = [{ ...plainCodec, keyless: false }];

async function startWorld(t: TestContext) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-clock-'));
  await importTestAccounts(dataDirectory);
  const time = { wallMs: 1_800_000_000_000, monotonicMs: 0 };
  const lines: string[] = [];
  let app: TestApplication | undefined;
  t.after(async () => {
    await app?.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const file = join(dataDirectory, 'otp.sqlite');
  const newestMomentMs = async () => {
    const store = openSqliteOtpStore({ file, environment: 'sandbox', beside: 'read' });
    const moment = await store.newestMoment();
    await store.close();
    return moment;
  };
  let requests = 0;
  const call = (method: string, requestId: string, fields: Record<string, unknown>) => {
    assert.ok(app);
    return app.call(method, requestId, fields, { requestTimestamp: String(time.wallMs) });
  };
  return {
    time,
    lines,
    newestMomentMs,
    pass(durationMs: number) {
      time.wallMs += durationMs;
      time.monotonicMs += durationMs;
    },
    /** A process of its own, whose monotonic clock begins anew. */
    async start(options: { readonly isNew?: boolean; readonly sealed?: boolean } = {}) {
      time.monotonicMs = 0;
      const reachedMs = options.isNew ? 0 : await newestMomentMs();
      const sources = { wallMs: () => time.wallMs, monotonicMs: () => time.monotonicMs };
      const machine = createSystemClock(reachedMs, sources);
      // The minute between two sweeps is a second here.
      const clock: typeof machine = {
        ...machine,
        after: (delayMs, act) => machine.after(delayMs === 60_000 ? 1000 : delayMs, act),
      };
      const logDestination = { write: (line: string) => void lines.push(line) };
      const codecs = options.sealed ? { codecs: authenticated } : {};
      app = await startApplication({
        dataDirectory,
        overrides: { clock, logDestination, ...codecs },
        settings: { 'quotas.coolDownMs': 0, 'log.level': 'warn' },
      });
      return app;
    },
    async stop() {
      await app?.stop();
      app = undefined;
    },
    async send(requestId = `send-${requests++}`) {
      const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: TOKEN };
      const { status, body } = await call('sendOtp', requestId, fields);
      return status === 200 ? body['result'] : status;
    },
    async exhaust() {
      const requestId = `exhausted-${requests++}`;
      const fields = { accountPhoneNumber: activeNumber(1), smsMatchingToken: TOKEN };
      await call('sendOtp', requestId, fields);
      const text = app?.application.inbox?.texts(1, activeNumber(1))[0]?.text.reveal() ?? '';
      const otp = String((Number(codeIn(text)) + 1) % 1_000_000).padStart(6, '0');
      for (let guess = 0; guess < 5; guess += 1) {
        await call('verifyOtp', `${requestId}-${guess}`, { sendOtpRequestId: requestId, otp });
      }
    },
    texts: () => app?.application.inbox?.texts(1000, activeNumber(1)).length,
  };
}

/** Resolves once a sweep was refused. */
async function refusedSweep({ operatorUrl }: TestApplication): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${operatorUrl}/metrics`)).text();
    if (/^gsp_otp_refused_sweeps_total [1-9]/m.test(metrics)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function clockWarnings({ operatorUrl }: TestApplication): Promise<readonly string[]> {
  const response = await fetch(`${operatorUrl}/health/ready`);
  assert.equal(response.status, 200);
  const { checks } = (await response.json()) as {
    checks: readonly { readonly name: string; readonly warnings?: readonly string[] }[];
  };
  return checks.find(({ name }) => name === 'clock')?.warnings ?? [];
}

for (const jumpMs of [40 * DAY, 400 * DAY, -400 * DAY]) {
  test(`[IDEM-8, IDEM-12, OQ-69] a start with a clock that is ${jumpMs / DAY} days off deletes nothing, says so, and leaves no trace`, async (t) => {
    const world = await startWorld(t);
    await world.start({ isNew: true });
    assert.equal(await world.send('clock-1'), 'SUCCESS');
    await world.stop();

    world.time.wallMs += jumpMs;
    const app = await world.start();
    await refusedSweep(app);
    assert.match((await clockWarnings(app)).join(), /nothing is deleted/);
    assert.equal(await world.send('while-it-was-wrong'), 'SUCCESS');
    await world.stop();
    assert.equal(world.lines.filter((line) => line.includes('nothing is deleted')).length, 1);

    world.time.wallMs -= jumpMs;
    const right = await world.start();
    assert.equal(await world.send('clock-1'), 'SUCCESS');
    assert.equal(world.texts(), 0, 'it was replayed');
    assert.deepEqual(await clockWarnings(right), []);
    await world.stop();
    assert.ok((await world.newestMomentMs()) < world.time.wallMs + MINUTE);
  });
}

test('[SO-13, OQ-69] a jump forwards, for a moment or across a start, renews no budget', async (t) => {
  const world = await startWorld(t);
  await world.start({ isNew: true });
  await world.exhaust();
  assert.equal(await world.send(), 'OTP_LIMIT_REACHED');
  world.time.wallMs += DAY + MINUTE;
  assert.equal(await world.send(), 'OTP_LIMIT_REACHED');
  world.time.wallMs -= DAY + MINUTE;
  assert.equal(await world.send(), 'OTP_LIMIT_REACHED');
  await world.stop();
  world.time.wallMs += 2 * DAY;
  await world.start();
  assert.equal(await world.send(), 'OTP_LIMIT_REACHED');
  // While the server runs, time passes whatever the clock says.
  world.time.wallMs -= 2 * DAY;
  world.pass(DAY);
  assert.equal(await world.send(), 'SUCCESS');
});

test('[OQ-69] a machine that was off for months goes on at the first authenticated request, which is answered in time', async (t) => {
  const world = await startWorld(t);
  await world.start({ isNew: true, sealed: true });
  await world.exhaust();
  assert.equal(await world.send(), 'OTP_LIMIT_REACHED');
  await world.stop();
  world.time.wallMs += 90 * DAY;
  const app = await world.start({ sealed: true });
  await refusedSweep(app);
  assert.equal(await world.send(), 'SUCCESS');
  assert.deepEqual(await clockWarnings(app), []);
  await world.stop();
  assert.ok((await world.newestMomentMs()) >= world.time.wallMs);
});

test('[OQ-69] a request that is refused for its timestamp confirms nothing', async (t) => {
  const world = await startWorld(t);
  await world.start({ isNew: true, sealed: true });
  await world.exhaust();
  const trueMs = world.time.wallMs;
  world.time.wallMs += 40 * DAY;
  const wrongMs = world.time.wallMs;
  // Google's clock is right, ours is not.
  world.time.wallMs = trueMs;
  const called = world.send();
  world.time.wallMs = wrongMs;
  assert.equal(await called, 400);
  world.time.wallMs = trueMs;
  assert.equal(await world.send(), 'OTP_LIMIT_REACHED');
});

test('[OQ-69] an idle server remembers how far time has come', async (t) => {
  const world = await startWorld(t);
  await world.start({ isNew: true });
  await world.send();
  world.pass(50 * DAY);
  await world.stop();
  assert.equal(await world.newestMomentMs(), world.time.wallMs);
  const app = await world.start();
  assert.deepEqual(await clockWarnings(app), []);
});

test('[OQ-69] the server starts no earlier than the latest moment that its store remembers', async (t) => {
  const futureMs = Date.now() + 5 * 3_600_000;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-clock-'));
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }));
  await importTestAccounts(dataDirectory);
  const store = openSqliteOtpStore({ file: join(dataDirectory, 'otp.sqlite'), environment: 'sandbox' });
  await completeRequest(store, anEcho('echo-0', { nowMs: Date.now() }));
  await store.remember(futureMs);
  await store.close();
  // With the clock that it makes itself.
  const app = await startApplication({ dataDirectory });
  t.after(() => app.stop());
  await app.call('echo', 'echo-1', { clientMessage: 'x' });
  const [history] = await app.application.store.history('echo-1');
  assert.ok((history?.receivedAtMs ?? 0) >= futureMs);
});

test('[OQ-69] confirmed time never runs backwards, and believes the lesser of the two that agree', () => {
  const time = { wallMs: 5000, monotonicMs: 70 };
  const clock = createSystemClock(1000, { wallMs: () => time.wallMs, monotonicMs: () => time.monotonicMs });
  assert.equal(clock.confirmedMs(), 1000);
  time.monotonicMs += 10;
  assert.equal(clock.confirmedMs(), 1010);
  clock.confirm(4000);
  assert.equal(clock.confirmedMs(), 4000);
  clock.confirm(9000);
  assert.equal(clock.confirmedMs(), 5000);
  time.wallMs = 0;
  clock.confirm(0);
  time.monotonicMs += 10;
  assert.equal(clock.confirmedMs(), 5010);
  assert.equal(clock.steadyMs(), 5020, 'which is never set');
});
