import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterStore } from '../../../../src/adapters/storage/postgres/enter-store.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { issue } from '../../../contracts/otp-orders.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';

test('a move that was started twice changes nothing more once servers go on with the store', async (t) => {
  const settings = { kind: 'postgres', ...connectionTo(await testSchema()) } as const;
  const terms = { settings, environment: 'sandbox', dataDirectory: '' } as const;
  const rest = { missteps: [], ceilings: [], blocks: [], words: new Map() };
  const [first, second] = [await enterStore(terms), await enterStore(terms)];
  t.after(() => Promise.all([first.close(), second.close()]));
  await first.rest(rest);
  await first.finish();
  const { store } = await openStore(terms, 'serve');
  t.after(() => store.close());
  await issue(store, 'send');
  const ended = { name: 'UnavailableError', message: /another one has finished/ };
  await assert.rejects(second.requests({ after: 0, upTo: 1000 }, []), ended);
  await assert.rejects(second.rest(rest), ended);
  await assert.rejects(second.finish(), ended);
  assert.equal((await store.history('send')).length, 1);
});
