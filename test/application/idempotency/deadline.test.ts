import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainCodec } from '../../../src/codecs/plain.ts';
import type { AccountDirectory } from '../../../src/ports/account-directory.ts';
import type { OtpStore } from '../../../src/ports/otp-store.ts';
import type { PayloadCodec } from '../../../src/ports/payload-codec.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { startApplication } from '../../support/test-application.ts';
import { TestClock } from '../../support/test-clock.ts';
import { until } from '../../support/until.ts';

const FIELDS = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };

const NEVER = new Promise<never>(() => undefined);

async function ask(methodsUrl: string, clock: TestClock) {
  const protocolVersion = { major: 1, minor: 0, revision: 0 };
  const requestHeader = { protocolVersion, requestId: 'sealed', requestTimestamp: String(clock.nowMs()) };
  const response = await fetch(`${methodsUrl}/v1/sendOtp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requestHeader, ...FIELDS }),
  });
  return { status: response.status, text: await response.text() };
}

/**
 * Resolves when the budgets of `count` waits are running; whatever waits for longer than a budget is no matter. Each of the
 * `applications` looks at its files within it.
 */
async function waitingOn(clock: TestClock, count: number, applications = 1): Promise<void> {
  await until(() => clock.waitingWithin(2500) >= applications + count);
}

describe('[OPS-2] one budget for directory, store and gateway', () => {
  it('[IDEM-3] a directory that hangs is 503 at the deadline, and the retry succeeds', async () => {
    const clock = new TestClock();
    const app = await startApplication({ overrides: { clock } });
    const real = app.application.directory;
    let hangs = true;
    const directory: AccountDirectory = {
      findByAssociationId: (id, deadline) => real.findByAssociationId(id, deadline),
      findByAccountId: (id, deadline) => real.findByAccountId(id, deadline),
      findByPhoneNumber: (number, deadline) =>
        hangs ? new Promise(() => undefined) : real.findByPhoneNumber(number, deadline),
      check: (deadline) => real.check(deadline),
      close: async () => undefined,
    };
    const hanging = await startApplication({ overrides: { clock, directory } });
    clock.pass(100); // The first sweeps of the stores.
    const call = () => hanging.call('sendOtp', 'hangs', FIELDS, { requestTimestamp: String(clock.nowMs()) });

    const answering = call();
    await waitingOn(clock, 2, 2);
    clock.pass(2500);
    const { status, body } = await answering;
    assert.equal(status, 503);
    assert.equal(body['errorResponseCode'], undefined);
    assert.equal(typeof body['paymentIntegratorErrorIdentifier'], 'string');

    hangs = false;
    assert.equal((await call()).body['result'], 'SUCCESS');
    await hanging.stop();
    await app.stop();
  });

  it('[OQ-8] a store that hangs is 503 at the deadline; its twin waits, and is told 409 rather than made a second one', async () => {
    const clock = new TestClock();
    const app = await startApplication({ overrides: { clock } });
    const real = app.application.store;
    const store: OtpStore = new Proxy(real, {
      get: (target, name) => {
        if (name === 'issue') return () => new Promise(() => undefined);
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const hanging = await startApplication({ overrides: { clock, store } });
    clock.pass(100);
    const call = () => hanging.call('sendOtp', 'stuck', FIELDS, { requestTimestamp: String(clock.nowMs()) });
    const first = call();
    await waitingOn(clock, 1, 2);
    const twin = call();
    await waitingOn(clock, 3, 2);
    clock.pass(2000);
    assert.equal((await twin).status, 409);
    clock.pass(500);
    assert.equal((await first).status, 503);
    await hanging.stop();
    await app.stop();
  });

  for (const [what, hangs, elapsedMs] of [
    ['open', { open: () => NEVER }, 2250],
    ['seal', { seal: () => NEVER }, 2500],
    ['open and seal', { open: () => NEVER, seal: () => NEVER }, 2500],
  ] as const) {
    it(`[OPS-2, OQ-7] threads that never ${what} are 503 within the budget, without a body if it can’t be sealed`, async () => {
      const clock = new TestClock();
      const app = await startApplication({
        overrides: { clock, codecs: [{ ...plainCodec, ...hangs }] },
      });
      clock.pass(100);
      const answering = ask(app.methodsUrl, clock);
      await waitingOn(clock, 1);
      clock.pass(2250);
      if (elapsedMs > 2250) {
        await waitingOn(clock, 1);
        clock.pass(elapsedMs - 2250);
      }
      const { status, text } = await answering;
      assert.equal(status, 503);
      assert.equal(text === '', 'seal' in hangs);
      await app.stop();
    });
  }

  it('[IDEM-3] an answer that could not be sealed in time is the retry’s', async () => {
    const clock = new TestClock();
    const sealing = Promise.withResolvers<void>();
    const seal = (): Promise<never> => {
      sealing.resolve();
      return NEVER;
    };
    const codec: { -readonly [Key in keyof PayloadCodec]: PayloadCodec[Key] } = { ...plainCodec, seal };
    const app = await startApplication({ overrides: { clock, codecs: [codec] } });
    clock.pass(100);
    const first = ask(app.methodsUrl, clock);
    await sealing.promise;
    clock.pass(2500);
    const { status, text } = await first;
    assert.deepEqual([status, text], [503, '']);
    codec.seal = plainCodec.seal;
    const retried = await ask(app.methodsUrl, clock);
    assert.deepEqual([retried.status, JSON.parse(retried.text).result], [200, 'SUCCESS']);
    assert.equal(app.application.inbox?.texts(10).length, 1);
    await app.stop();
  });
});
