import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { PostgresOtpStore } from '../../../../src/adapters/storage/postgres/otp-store.ts';
import { judgeRotated } from '../../../../src/domain/challenge/judge-end.ts';
import { judgeSettlement } from '../../../../src/domain/challenge/judge-settlement.ts';
import type { RequestRecord, SettlementFacts } from '../../../../src/ports/otp-store.ts';
import {
  accepted,
  anAttempt,
  anEcho,
  digest,
  idFor,
  issue,
  T0,
  toJudge,
} from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';

/** Two servers on one store, and the database of the first. */
async function twoServers(t: TestContext) {
  const settings = { kind: 'postgres', ...connectionTo(await testSchema()) } as const;
  const { store: other } = await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve');
  const database = connectTo(settings);
  const one = new PostgresOtpStore(database, settings.schema);
  t.after(() => Promise.all([one.close(), other.close()]));
  return [one, other, database] as const;
}

test('[IDEM-2] what another server did to a challenge since it was issued is what its settlement is decided on', async (t) => {
  const [one, other] = await twoServers(t);
  await issue(one, 'send-1');
  const order = anAttempt('verify-1', 'send-1');
  await other.attempt(order, toJudge(order, true));
  const asked: SettlementFacts['state'][] = [];
  const news = accepted('send-1');
  await one.settle(news, (facts) => {
    asked.push(facts.state);
    return judgeSettlement(facts, news);
  });
  assert.deepEqual(asked, ['submitting', 'verified']);
  assert.equal((await other.findChallenge('send-1'))?.state, 'verified');
});

test('[IDEM-2] what another server answered since a request was found missing is not answered again', async (t) => {
  const [one, other] = await twoServers(t);
  const order = anEcho('echo-1');
  assert.equal(await one.recall(order.key), undefined);
  await completeRequest(other, order);
  const asked: (RequestRecord['state'] | undefined)[] = [];
  const answer = { result: 'SECOND', integratorId: 'second' };
  const second = { kind: 'answer', request: { state: 'completed', answer, reason: '' } } as const;
  const decision = await one.complete(order, (record) => {
    asked.push(record?.state);
    return record === undefined ? second : { kind: 'busy' };
  });
  assert.deepEqual([asked, decision], [[undefined, 'completed'], { kind: 'busy' }]);
});

test('[IDEM-2] what leads to no answer is decided on what is there, and not on what was known of it', async (t) => {
  const [one, other] = await twoServers(t);
  const order = anEcho('echo-1');
  assert.equal(await one.recall(order.key), undefined);
  await completeRequest(other, order);
  const decision = await one.complete(order, (record) =>
    record === undefined ? { kind: 'busy' } : { kind: 'replay', record },
  );
  assert.equal(decision.kind, 'replay');
});

test('[OQ-70] a code that another server issued anew meanwhile is none of those that are ended', async (t) => {
  const [one, other, database] = await twoServers(t);
  await issue(one, 'send-1');
  const read = database.read.bind(database);
  database.read = async (...statement) => {
    database.read = read;
    const rows = await read(...statement);
    await issue(other, 'send-1', { challengeId: idFor('another') });
    return rows;
  };
  const of = { kind: 'account', digest: digest('maria') } as const;
  assert.equal(await one.endCodes({ of, sinceMs: T0 }, (code) => judgeRotated(code, T0)), 0);
  assert.equal((await other.findChallenge('send-1'))?.state, 'submitting');
});
