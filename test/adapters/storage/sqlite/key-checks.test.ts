import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsInUse } from '../../../../src/adapters/storage/sqlite/key-checks.ts';
import {
  accepted,
  anEcho,
  completeRequest,
  issue,
  MINUTE,
  settleText,
  T0,
} from '../../../contracts/otp-orders.ts';
import { openStore } from './store-under-test.ts';

test('[OQ-72] the secret of a live code is in use, however many requests came after it', async (t) => {
  const store = openStore(t);
  await issue(store, 'send-1', { secretId: 'older' });
  await settleText(store, accepted('send-1'));
  const echoes = Array.from({ length: 1000 }, (_, n) =>
    completeRequest(store, anEcho(`echo-${n}`, { nowMs: T0 + n })),
  );
  await Promise.all(echoes);
  await completeRequest(store, anEcho('last', { nowMs: T0 + MINUTE }));
  assert.deepEqual(secretsInUse(store.database, T0 + MINUTE), ['older']);
  assert.deepEqual(secretsInUse(store.database, T0 + 5 * MINUTE), []);
});
