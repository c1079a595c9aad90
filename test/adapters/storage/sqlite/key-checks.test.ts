import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { secretsInUse } from '../../../../src/adapters/storage/sqlite/key-checks.ts';
import { openStore as openKind } from '../../../../src/adapters/storage/sqlite/open-store.ts';
import {
  accepted,
  anEcho,
  completeRequest,
  issue,
  MINUTE,
  settleText,
  T0,
} from '../../../contracts/otp-orders.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

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

test('a rotation that fails in its middle changes nothing, and another one succeeds', async (t) => {
  const dataDirectory = dirname(temporaryFile(t));
  const terms = { settings: { kind: 'sqlite' }, environment: 'sandbox', dataDirectory } as const;
  const { store, keys } = await openKind(terms, 'make');
  t.after(() => store.close());
  const before = { digests: 'digests', codes: { default: 'before' } };
  const after = { digests: 'digests', codes: { default: 'after' } };
  await keys.note(before);
  await issue(store, 'send-1');
  await settleText(store, accepted('send-1'));
  const shell = new DatabaseSync(`${dataDirectory}/otp.sqlite`);
  t.after(() => shell.close());
  shell.exec("CREATE TRIGGER full BEFORE UPDATE ON request BEGIN SELECT RAISE(FAIL, 'full'); END");
  const rotate = (dryRun: boolean) => keys.rotate(after, { nowMs: T0, dryRun });
  await assert.rejects(rotate(false), /full/);
  assert.deepEqual(await keys.checks(), before);
  shell.exec('DROP TRIGGER full');
  assert.equal(await rotate(true), 1);
  assert.deepEqual(await keys.checks(), before);
  assert.equal(await rotate(false), 1);
  assert.deepEqual(await keys.checks(), after);
});
