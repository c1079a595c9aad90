import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { enterStore } from '../../../../src/adapters/storage/postgres/enter-store.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { issue } from '../../../contracts/otp-orders.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';

const rest = { missteps: [], ceilings: [], blocks: [], words: new Map() };
const traits = { digests: '', codes: {}, activeCode: '', openingKeys: {}, settings: {} };
const report = { name: 'one', version: '1', traits, clockAheadMs: 0, reachedMs: 0, fits: true };
const unavailable = { name: 'UnavailableError' };

async function newPlace(t: TestContext) {
  const settings = { kind: 'postgres', ...connectionTo(await testSchema()) } as const;
  const terms = { settings, environment: 'sandbox', dataDirectory: '' } as const;
  return {
    async enter() {
      const entering = await enterStore(terms);
      t.after(() => entering.close());
      return entering;
    },
    async serve() {
      const { store, nodes } = await openStore(terms, 'serve');
      t.after(() => store.close());
      assert.ok(nodes);
      return { store, nodes };
    },
  };
}

test('a move that was started twice changes nothing more once servers go on with the store', async (t) => {
  const settings = { kind: 'postgres', ...connectionTo(await testSchema()) } as const;
  const terms = { settings, environment: 'sandbox', dataDirectory: '' } as const;
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

test('a place that servers use is refused, also where they have had no request yet', async (t) => {
  const { enter, serve } = await newPlace(t);
  const { store, nodes } = await serve();
  await nodes.meet(report);
  await assert.rejects(enter(), { ...unavailable, message: /is used by servers \(one\): stop them first/ });
  await issue(store, 'send');
  await nodes.leave();
  await assert.rejects(enter(), { ...unavailable, message: /holds requests already/ });
});

test('a server that comes back during a move writes nothing and is not ready, and serves when that has ended', async (t) => {
  const { enter, serve } = await newPlace(t);
  const { store, nodes } = await serve();
  const entering = await enter();
  await assert.rejects(issue(store, 'send'), { ...unavailable, message: /a_store_is_being_moved_here/ });
  await assert.rejects(nodes.meet(report), { ...unavailable, message: /a store is being moved into/ });
  await entering.rest(rest);
  await entering.finish();
  await nodes.meet(report);
  await issue(store, 'send');
  assert.equal((await store.history('send')).length, 1);
});
