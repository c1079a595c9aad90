import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsInUse } from '../../../../src/adapters/storage/sqlite/key-checks.ts';
import { accepted, anEcho, issue, MINUTE, T0 } from '../../../contracts/otp-orders.ts';
import { openStore } from './store-under-test.ts';

test('[OQ-72] the secret of a live code is in use, however many requests came after it', async (t) => {
  const store = openStore(t);
  await issue(store, 'send-1', { secretId: 'older' });
  await store.settle(accepted('send-1'));
  const echoes = Array.from({ length: 1000 }, (_, n) =>
    store.complete(anEcho(`echo-${n}`, { nowMs: T0 + n })),
  );
  await Promise.all(echoes);
  await store.complete(anEcho('last', { nowMs: T0 + MINUTE }));
  assert.deepEqual(secretsInUse(store.database, T0 + MINUTE), ['older']);
  assert.deepEqual(secretsInUse(store.database, T0 + 5 * MINUTE), []);
});
