import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClaim } from '../../src/domain/judge-claim.ts';
import type { RequestRecord } from '../../src/ports/otp-store.ts';
import { digest, T0 } from '../contracts/otp-orders.ts';

const answer = { result: 'SUCCESS', integratorId: 'integrator-id-01' };
const claimed: RequestRecord = {
  state: 'claimed',
  fingerprint: digest('same'),
  answer: undefined,
  owner: 'server-1',
  leaseExpiresAtMs: T0 + 1,
};
const completed: RequestRecord = { ...claimed, state: 'completed', answer };
const released: RequestRecord = { ...claimed, state: 'released', answer };

const asks = (owner: string, nowMs = T0, fingerprint = digest('same')) => ({ owner, nowMs, fingerprint });

test('a request that nobody knows is free', () => {
  assert.equal(judgeClaim(undefined, asks('server-2')), undefined);
});

test('[IDEM-2, IDEM-6] what was answered is replayed to equal parameters, whoever asks, and to no others', () => {
  for (const owner of ['server-1', 'server-2']) {
    assert.deepEqual(judgeClaim(completed, asks(owner)), { kind: 'replay', record: completed });
    assert.deepEqual(judgeClaim(completed, asks(owner, T0, digest('other'))), { kind: 'conflict' });
  }
});

test('[IDEM-11] a claim keeps others away until its lease ends, whatever they ask, and never its owner', () => {
  assert.deepEqual(judgeClaim(claimed, asks('server-2')), { kind: 'busy' });
  assert.deepEqual(judgeClaim(claimed, asks('server-2', T0, digest('other'))), { kind: 'busy' });
  assert.equal(judgeClaim(claimed, asks('server-2', T0 + 1)), undefined);
  assert.equal(judgeClaim(claimed, asks('server-1')), undefined);
});

test('[OQ-11] a request that was released is free at once', () => {
  assert.equal(judgeClaim(released, asks('server-2')), undefined);
});
