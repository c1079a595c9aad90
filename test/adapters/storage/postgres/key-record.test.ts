import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from '../../../../src/adapters/storage/postgres/open-store.ts';
import { judgeRotated } from '../../../../src/domain/challenge/judge-end.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { issue, T0 } from '../../../contracts/otp-orders.ts';
import { connect } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { startPostgres } from '../../../support/postgres/server.ts';

test('a rotation goes on where the database takes longer than a call can wait', async (t) => {
  const place = await testSchema();
  const settings = { kind: 'postgres', ...connectionTo(place) } as const;
  const { store, keys } = await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve');
  t.after(() => store.close());
  await issue(store, 'send');
  const holder = await connect(t, place.url);
  await holder.query(`BEGIN; LOCK TABLE ${place.schema}.request IN ACCESS EXCLUSIVE MODE`);
  const checks = { digests: 'check', codes: { codes: 'check' } };
  const ended = keys.rotate(checks, (code) => judgeRotated(code, T0), { dryRun: false });
  // A statement of a call is given up after a second.
  await Promise.all([ended, pause(1300).then(() => holder.query('COMMIT'))]);
  assert.equal(await ended, 1);
});

test('what the store remembers of keys is unavailable where the database can be asked nothing', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const settings = { kind: 'postgres', ...connectionTo({ url: server.url(), schema: 'otp' }) } as const;
  const { store, keys } = await openStore({ settings, environment: 'sandbox', dataDirectory: '' }, 'serve');
  t.after(() => store.close());
  await server.kill();
  await assert.rejects(keys.checks(), UnavailableError);
  await assert.rejects(keys.revoked(), UnavailableError);
});
