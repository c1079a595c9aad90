import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { enterStore } from '../../../../src/adapters/storage/postgres/enter-store.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { issue } from '../../../contracts/otp-orders.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';

const rest = { missteps: [], ceilings: [], blocks: [], associations: [], words: new Map() };
const traits = { digests: '', codes: {}, activeCode: '', openingKeys: {}, settings: {} };
const report = { name: 'one', version: '1', traits, clockAheadMs: 0, reachedMs: 0, fits: true };
const unavailable = { name: 'UnavailableError' };

async function newPlace(t: TestContext) {
  const settings = { kind: 'postgres', ...connectionTo(await testSchema()) } as const;
  const terms = { settings, environment: 'sandbox', dataDirectory: '' } as const;
  const leaving = { id: randomUUID(), movedTo: undefined };
  return {
    async enter() {
      const entering = await enterStore(terms, leaving);
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

test('of a move that was started twice the second run goes on alone, and neither changes anything once servers go on', async (t) => {
  const { enter, serve } = await newPlace(t);
  const [first, second] = [await enter(), await enter()];
  const over = { ...unavailable, message: /another move has taken this one over/ };
  await assert.rejects(first.rest(rest), over);
  await second.rest(rest);
  await assert.rejects(first.finish(), over);
  await second.finish();
  const { store } = await serve();
  await issue(store, 'send');
  for (const one of [first, second]) {
    await assert.rejects(one.requests({ after: 0, upTo: 1000 }, []), over);
    await assert.rejects(one.rest(rest), over);
    await assert.rejects(one.finish(), over);
  }
  assert.equal((await store.history('send')).length, 1);
  await assert.rejects(enter(), { ...unavailable, message: /the move is done: serve with/ });
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
