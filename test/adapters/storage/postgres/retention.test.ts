import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../../src/adapters/postgres/connect.ts';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { Retention, retentionStatements } from '../../../../src/adapters/storage/postgres/retention.ts';
import type { OtpStore } from '../../../../src/ports/otp-store.ts';
import { anEcho, DAY, digest, HOUR, issue, T0 } from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { connect } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { until } from '../../../support/until.ts';

/** Two servers on one store with so many old requests, and somebody at the tables. */
async function shared(t: TestContext, requests: number) {
  const place = await testSchema();
  const terms = {
    settings: { kind: 'postgres', ...connectionTo(place) },
    environment: 'sandbox',
    dataDirectory: '',
  } as const;
  const open = async () => {
    const { store } = await openStore(terms, 'serve');
    t.after(() => store.close());
    return store;
  };
  const [one, other] = [await open(), await open()];
  for (let n = 0; n < requests; n += 1) await completeRequest(one, anEcho(`echo-${n}`, { nowMs: T0 + n }));
  const client = await connect(t, place.url);
  const endLead = () =>
    client.query(`UPDATE ${place.schema}.retention_leader SET expires_at = now() - interval '1 ms'`);
  return { one, other, client, schema: place.schema, settings: terms.settings, endLead };
}

const sweep = (store: OtpStore, rowsMax = 1) => store.sweep(T0 + 1000, rowsMax);

test('[IDEM-12] one server deletes at a time, and another one when its lead has ended', async (t) => {
  const { one, other, endLead } = await shared(t, 4);
  assert.deepEqual([await sweep(one), await sweep(other), await sweep(one)], [1, 0, 1]);
  await endLead();
  assert.deepEqual([await sweep(other), await sweep(one)], [1, 0]);
});

test('[IDEM-12] a server that stops leaves the lead to another one', async (t) => {
  const { one, other } = await shared(t, 2);
  assert.equal(await sweep(one), 1);
  await one.close();
  assert.equal(await sweep(other), 1);
});

test('[IDEM-12] a step of a server that lost the lead deletes nothing', async (t) => {
  const { one, other, client, schema, endLead } = await shared(t, 3);
  await sweep(one);
  const lead = () => client.query(`SELECT term FROM ${schema}.retention_leader`);
  const { term } = (await lead()).rows[0];
  const step = async (of: number) =>
    (await client.query(retentionStatements(schema).sweep, [T0 + 1000, 1, of])).rows[0].requests;
  assert.equal(await step(term), '1');
  await endLead();
  assert.equal(await step(term), '0');
  await sweep(other, 0);
  assert.deepEqual([(await lead()).rows[0].term, await step(term)], [String(Number(term) + 1), '0']);
  assert.notEqual(await one.recall({ method: 'echo', requestId: 'echo-2' }), undefined);
});

test('[OQ-10] a request that comes again while it is being deleted stays', async (t) => {
  const { one, client, schema, settings } = await shared(t, 1);
  const patient = connectTo(settings, { statementMs: 60_000 });
  t.after(() => patient.close());
  await client.query('BEGIN');
  await client.query(`UPDATE ${schema}.request SET received_at_ms = $1`, [T0 + 2000]);
  const swept = new Retention(patient, schema, randomUUID()).sweep(T0 + 1000, 1);
  const watcher = `SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
  await until(async () => (await client.query(watcher)).rowCount !== 0);
  await client.query('COMMIT');
  assert.equal(await swept, 0);
  assert.notEqual(await one.recall({ method: 'echo', requestId: 'echo-0' }), undefined);
});

test('[IDEM-12] a sweep leaves nothing of what has ended, and tells that there may be more missteps', async (t) => {
  const { one, client, schema } = await shared(t, 0);
  const ceilings = [{ subject: 'global', windowMs: HOUR }];
  await issue(one, 'send-1', {}, { ceilings });
  const missteps = [1, 2, 3].map((n) => ({ kind: 'wrong', atMs: T0 + n, times: 1 }) as const);
  const event = { atMs: T0, event: 'restored', detail: '' };
  const end = { state: 'exhausted', failedAttempts: 1, event, missteps } as const;
  assert.equal(
    await one.endCodes({ of: { kind: 'account', digest: digest('maria') }, sinceMs: T0 }, () => end),
    1,
  );
  await client.query(`INSERT INTO ${schema}.block VALUES ('country', $1, $1, 1, 1)`, [T0]);
  assert.equal(await one.sweep(T0 + DAY, 2), 2);
  assert.equal(await one.sweep(T0 + DAY, 2), 0);
  for (const table of ['request', 'subject', 'misstep', 'ceiling', 'block']) {
    assert.equal((await client.query(`SELECT FROM ${schema}.${table}`)).rowCount, 0, table);
  }
});
