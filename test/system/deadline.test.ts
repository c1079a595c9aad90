import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountDirectory } from '../../src/ports/account-directory.ts';
import type { OtpStore } from '../../src/ports/otp-store.ts';
import { activeNumber } from './test-accounts.ts';
import { startApplication } from './test-application.ts';
import { TestClock } from './test-clock.ts';

const FIELDS = { accountPhoneNumber: activeNumber(1), smsMatchingToken: 'AB12345678C' };

/** Resolves when the budgets of `count` waits are running; whatever waits for longer than a budget is no matter. */
async function waitingOn(clock: TestClock, count: number): Promise<void> {
  while (clock.waitingWithin(2500) < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('[OPS-2] one budget for directory, store and gateway', () => {
  it('[IDEM-3] a directory that hangs is 503 at the deadline, and the retry succeeds', async () => {
    const clock = new TestClock();
    const app = await startApplication({ overrides: { clock } });
    const real = app.application.directory;
    let hangs = true;
    const directory: AccountDirectory = {
      findByAssociationId: (id, deadline) => real.findByAssociationId(id, deadline),
      findByPhoneNumber: (number, deadline) =>
        hangs ? new Promise(() => undefined) : real.findByPhoneNumber(number, deadline),
      check: (deadline) => real.check(deadline),
      close: async () => undefined,
    };
    const hanging = await startApplication({ overrides: { clock, directory } });
    clock.pass(100); // The first sweeps of the stores.
    const call = () => hanging.call('sendOtp', 'hangs', FIELDS, { requestTimestamp: String(clock.nowMs()) });

    const answering = call();
    await waitingOn(clock, 2);
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
    await waitingOn(clock, 1);
    const twin = call();
    await waitingOn(clock, 3);
    clock.pass(2000);
    assert.equal((await twin).status, 409);
    clock.pass(500);
    assert.equal((await first).status, 503);
    await hanging.stop();
    await app.stop();
  });
});
