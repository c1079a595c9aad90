import assert from 'node:assert/strict';
import { anEcho, digest, issue, refused, settleText, T0 } from './otp-orders.ts';
import { completeRequest } from './otp-steps.ts';
import type { StoreSuite } from './store-suite.ts';

export function completeContract({ open, test }: StoreSuite): void {
  const answer = { result: 'NOT_ELIGIBLE', integratorId: 'integrator-id-01' };
  const decline = (changes = {}) =>
    anEcho('send-1', {
      key: { method: 'sendOtp', requestId: 'send-1' },
      answer,
      reason: 'status',
      ...changes,
    });

  test('[IDEM-2] the first answer is recorded, later ones get it back', async (t) => {
    const { store, reopen } = await open(t);
    assert.equal((await completeRequest(store, decline())).kind, 'answer');
    const other = { answer: { result: 'ACCOUNT_CLOSED', integratorId: 'integrator-id-02' }, nowMs: T0 + 1 };
    const expected = {
      state: 'completed',
      fingerprint: digest('fingerprint'),
      answer,
      owner: 'server-1',
      leaseExpiresAtMs: 0,
    };
    const decision = await completeRequest(
      store,
      decline({ ...other, fingerprint: digest('other'), owner: 'server-2' }),
    );
    assert.deepEqual(decision, { kind: 'conflict' });
    assert.deepEqual(await completeRequest(store, decline(other)), { kind: 'replay', record: expected });
    assert.deepEqual(await (await reopen()).recall({ method: 'sendOtp', requestId: 'send-1' }), expected);
  });

  test('[OQ-22] an echo is recorded with an empty result', async (t) => {
    const { store } = await open(t);
    await completeRequest(store, anEcho('echo-1'));
    assert.deepEqual(await store.history('echo-1'), [
      {
        method: 'echo',
        requestId: 'echo-1',
        receivedAtMs: T0,
        answeredAtMs: T0,
        state: 'completed',
        answer: { result: '', integratorId: '' },
        reason: '',
        sendOtpRequestId: undefined,
        challenge: undefined,
      },
    ]);
  });

  test('[OQ-11] a released request takes another answer, and keeps its challenge', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    await settleText(store, refused('send-1'));
    const challenge = await store.findChallenge('send-1');
    assert.equal((await completeRequest(store, decline({ state: 'released' }))).kind, 'answer');
    assert.equal((await completeRequest(store, decline())).kind, 'answer');
    assert.deepEqual((await store.recall(decline().key))?.answer, answer);
    assert.deepEqual(await store.findChallenge('send-1'), challenge);
  });

  test('[IDEM-11] nobody answers for another owner who is at work, until the lease ends', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    const claim = await store.recall(decline().key);
    const leaseExpiresAtMs = claim?.leaseExpiresAtMs ?? 0;
    const elsewhere = { owner: 'server-2', nowMs: leaseExpiresAtMs - 1 };
    assert.deepEqual(await completeRequest(store, decline(elsewhere)), { kind: 'busy' });
    assert.deepEqual(await store.recall(decline().key), claim);
    const later = decline({ ...elsewhere, nowMs: leaseExpiresAtMs });
    assert.equal((await completeRequest(store, later)).kind, 'answer');
    assert.equal((await store.recall(decline().key))?.state, 'completed');
  });

  test('the owner of a claim may answer for it', async (t) => {
    const { store } = await open(t);
    await issue(store, 'send-1');
    assert.equal((await completeRequest(store, decline())).kind, 'answer');
    assert.equal((await store.recall(decline().key))?.state, 'completed');
  });
}
