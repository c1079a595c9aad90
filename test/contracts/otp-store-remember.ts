import assert from 'node:assert/strict';
import { accepted, anEcho, issue, MINUTE, settleText, T0 } from './otp-orders.ts';
import { completeRequest } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

/** How far time has come, for the next start. */
export function rememberContract({ open, test }: StoreSuite): void {
  test('[OQ-69] the newest moment is that of a request, of its answer, or a later one that is remembered', async (t) => {
    const { store, reopen } = await open(t);
    assert.equal(await store.newestMoment(), 0);
    await issue(store, 'send-1');
    await completeRequest(store, anEcho('echo-1', { nowMs: T0 - MINUTE }));
    assert.equal(await store.newestMoment(), T0);
    await settleText(store, accepted('send-1'));
    assert.equal(await store.newestMoment(), T0 + 200);
    await store.remember(T0 + MINUTE);
    const reopened = await reopen();
    assert.equal(await reopened.newestMoment(), T0 + MINUTE);
    await reopened.remember(T0 + 300);
    assert.equal(await reopened.newestMoment(), T0 + MINUTE);
    await reopened.remember(T0 + MINUTE + 1);
    assert.equal(await reopened.newestMoment(), T0 + MINUTE + 1);
    await completeRequest(reopened, anEcho('echo-2', { nowMs: T0 + 2 * MINUTE }));
    assert.equal(await reopened.newestMoment(), T0 + 2 * MINUTE);
  });

  test('[OQ-69] what was remembered before the first request says nothing, and is forgotten', async (t) => {
    const { store, reopen } = await open(t);
    await store.remember(T0 + 9 * MINUTE);
    assert.equal(await store.newestMoment(), 0);
    const reopened = await reopen();
    await issue(reopened, 'send-1');
    assert.equal(await reopened.newestMoment(), T0);
  });
}
