import assert from 'node:assert/strict';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { InboxGateway } from '../../src/adapters/gateways/inbox/gateway.ts';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { editAccounts } from '../../src/operations/accounts.ts';
import { type MoveProgress, moveStore } from '../../src/operations/move-store.ts';
import { type Config, inspectConfig, loadConfig } from '../../src/settings/load.ts';
import { connect } from '../support/postgres/connect.ts';
import { storeSettings } from '../support/postgres/connection.ts';
import { type TestSchema, testSchema } from '../support/postgres/schema.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeNumber } from '../support/test-accounts.ts';
import { codeIn, startApplication, TEST_SETTINGS } from '../support/test-application.ts';

const token = { smsMatchingToken: 'AB12345678C' };
const send = (account: number) => ({ accountPhoneNumber: activeNumber(account), ...token });
const unavailable = { name: 'UnavailableError' };

/** A server on the embedded store, and where it is to go. */
async function newMove(t: TestContext) {
  const gateway = new InboxGateway(createSystemClock());
  const source = await startApplication({ overrides: { gateway } });
  t.after(() => source.stop());
  const { dataDirectory } = source;
  const place = await testSchema();
  const configOf = (settings: object) =>
    loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, dataDirectory, ...settings } });
  const toPostgres = storeSettings(place);
  const [from, to] = [configOf({}), configOf(toPostgres)];
  const move = (onProgress: (progress: MoveProgress) => void = () => {}) =>
    moveStore(from, to, { onProgress });
  const moveTo = (other: TestSchema) => moveStore(from, configOf(storeSettings(other)), { onProgress() {} });
  const startTarget = async () => {
    const target = await startApplication({ dataDirectory, settings: toPostgres, overrides: { gateway } });
    t.after(() => target.stop());
    return target;
  };
  const codeOf = (account: number) =>
    codeIn(
      gateway
        .texts(1000)
        .find(({ to: number }) => number.reveal() === activeNumber(account))
        ?.text.reveal() ?? '',
    );
  return { source, dataDirectory, place, configs: { from, to }, move, moveTo, startTarget, codeOf };
}

test('a code that is out when the store moves verifies in the new place, and what was answered is answered again', async (t) => {
  const { source, dataDirectory, move, startTarget, codeOf } = await newMove(t);
  const withheld = { kind: 'withheld', sinceMs: 1, seen: 300, closed: 30 } as const;
  await source.application.store.setClosedState(withheld);
  const sent = await source.call('sendOtp', 'send-1', send(1));
  await source.call('sendOtp', 'send-2', send(2));
  const verify = { sendOtpRequestId: 'send-2', otp: codeOf(2) };
  const verified = await source.call('verifyOtp', 'verify-2', verify);
  assert.equal(verified.body['result'], 'SUCCESS');
  const progress: MoveProgress[] = [];
  const { requests, counts } = await move((one) => progress.push(one));
  assert.equal(requests, 3);
  assert.ok(counts > 0);
  assert.deepEqual([...new Set(progress.map(({ phase }) => phase))], ['copying', 'moving']);
  assert.ok(progress.every(({ done, total }) => done <= total));

  // The old server is still there, and answers nobody.
  assert.equal((await source.call('sendOtp', 'send-3', send(3))).status, 503);
  assert.equal(
    (await source.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp: codeOf(1) })).status,
    503,
  );
  assert.ok(!existsSync(join(dataDirectory, 'otp.sqlite')));

  const target = await startTarget();
  const again = await target.call('sendOtp', 'send-1', send(1));
  assert.deepEqual(again.body['paymentIntegratorSendOtpId'], sent.body['paymentIntegratorSendOtpId']);
  assert.deepEqual((await target.call('verifyOtp', 'verify-2', verify)).body['result'], 'SUCCESS');
  const late = await target.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp: codeOf(1) });
  assert.equal(late.body['result'], 'SUCCESS');
  assert.deepEqual(await target.application.store.closedState(), withheld);
  // Its limits go on too.
  assert.equal((await target.call('sendOtp', 'send-4', send(1))).body['result'], 'OTP_LIMIT_REACHED');
});

test('accounts move too, with whatever changed meanwhile; in the old place nobody changes them any more', async (t) => {
  const { source, configs, move, startTarget, codeOf } = await newMove(t);
  const old = await editAccounts(configs.from);
  t.after(() => old.close());
  // Its code goes with what it has become.
  for (const status of ['closed', 'active'] as const) await old.setStatus('acc-1', status);
  await source.call('sendOtp', 'send-1', send(1));
  await source.call('sendOtp', 'send-2', send(2));
  let isChanged = false;
  const { accounts } = await move(({ phase }) => {
    if (phase !== 'moving' || isChanged) return;
    isChanged = true;
    old.setStatus('acc-2', 'closed-fraud');
    old.associate('acc-3', 'as-new');
  });
  assert.equal(accounts, 1005);
  const target = await startTarget();
  for (const [account, result] of [
    [1, 'SUCCESS'],
    [2, 'OTP_NOT_MATCHED'],
  ] as const) {
    const verify = { sendOtpRequestId: `send-${account}`, otp: codeOf(account) };
    assert.equal((await target.call('verifyOtp', `verify-${account}`, verify)).body['result'], result);
  }
  const sent = await target.call('sendOtp', 'send-3', { associationId: 'as-new', ...token });
  assert.equal(sent.body['result'], 'SUCCESS');
  await assert.rejects(
    editAccounts(configs.from),
    /the accounts in .* were moved to postgres:.*, accounts\)/,
  );
});

test('a store that was moved is not served again, and says where it is', async (t) => {
  const { source, dataDirectory, place, move } = await newMove(t);
  await source.call('sendOtp', 'send-1', send(1));
  await move();
  await source.application.close();
  await assert.rejects(startApplication({ dataDirectory }), (error: Error) => {
    assert.match(error.message, /otp\.sqlite was moved to postgres:/);
    assert.ok(error.message.includes(place.schema));
    return true;
  });
});

test('a move that was stopped goes on, whatever changed meanwhile; until it has ended nobody serves from the new place', async (t) => {
  const { source, move, startTarget, codeOf } = await newMove(t);
  await source.call('sendOtp', 'send-1', send(1));
  await source.call('sendOtp', 'send-2', send(2));
  const stopped = new RangeError('stopped');
  await assert.rejects(
    move(({ phase }) => {
      if (phase === 'moving') throw stopped;
    }),
    stopped,
  );
  await assert.rejects(startTarget(), /being moved/);
  const otp = codeOf(1);
  const verified = await source.call('verifyOtp', 'verify-1', { sendOtpRequestId: 'send-1', otp });
  assert.equal(verified.body['result'], 'SUCCESS');
  assert.equal((await move()).requests, 3);
  const target = await startTarget();
  const again = await target.call('verifyOtp', 'verify-again', { sendOtpRequestId: 'send-1', otp });
  assert.equal(again.body['result'], 'OTP_ALREADY_USED');
  const other = await target.call('verifyOtp', 'verify-2', { sendOtpRequestId: 'send-2', otp: codeOf(2) });
  assert.equal(other.body['result'], 'SUCCESS');
});

test('a place that is in use is refused, and the old store goes on', async (t) => {
  const { source, place, move } = await newMove(t);
  await source.call('sendOtp', 'send-1', send(1));
  const other = await newMove(t);
  await other.source.call('sendOtp', 'send-1', send(1));
  await other.move();
  const database = await connect(t, place.url);
  await database.query(`DROP SCHEMA ${place.schema} CASCADE`);
  await database.query(`ALTER SCHEMA ${other.place.schema} RENAME TO ${place.schema}`);
  await assert.rejects(move(), { ...unavailable, message: /holds requests already/ });
  await database.query(`ALTER SCHEMA ${place.schema} RENAME TO ${other.place.schema}`);
  await database.query(`CREATE SCHEMA ${place.schema}`);
  assert.equal((await source.call('sendOtp', 'send-2', send(2))).body['result'], 'SUCCESS');
});

test('a row that comes out otherwise than it went in stops the move', async (t) => {
  const { source, place, move } = await newMove(t);
  await source.call('sendOtp', 'send-1', send(1));
  const stopped = new RangeError('stopped');
  const stop = () => {
    throw stopped;
  };
  await assert.rejects(move(stop), stopped);
  const database = await connect(t, place.url);
  await database.query(`
    CREATE FUNCTION ${place.schema}.spoil() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.submissions := 7; RETURN NEW; END $$;
    CREATE TRIGGER spoil BEFORE INSERT ON ${place.schema}.request
      FOR EACH ROW EXECUTE FUNCTION ${place.schema}.spoil();
    DELETE FROM ${place.schema}.request`);
  await assert.rejects(move(), { ...unavailable, message: /what was written is not what is read back/ });
  assert.equal((await source.call('sendOtp', 'send-2', send(2))).body['result'], 'SUCCESS');
});

test('a store is moved once: no second one comes of what is left, nor of a copy that is put back', async (t) => {
  const { source, dataDirectory, place, move, moveTo, startTarget, codeOf } = await newMove(t);
  const file = join(dataDirectory, 'otp.sqlite');
  await source.call('sendOtp', 'send-1', send(1));
  await move();
  await source.application.close();
  const target = await startTarget();
  const verify = { sendOtpRequestId: 'send-1', otp: codeOf(1) };
  assert.equal((await target.call('verifyOtp', 'verify-1', verify)).body['result'], 'SUCCESS');
  const refused = async () => {
    await assert.rejects(move(), { ...unavailable, message: /the move is done: serve with/ });
    const other = await testSchema();
    const moved = {
      ...unavailable,
      message: new RegExp(`was moved to postgres:.*${place.schema}.*, and .* once`),
    };
    await assert.rejects(moveTo(other), moved);
    const client = await connect(t, other.url);
    const made = 'SELECT FROM pg_tables WHERE schemaname = $1';
    assert.equal((await client.query(made, [other.schema])).rowCount, 0);
    await client.query(`CREATE TABLE ${other.schema}.taken (n int)`);
  };
  await refused();
  for (const put of [copyFileSync, renameSync]) {
    put(`${file}.moved`, file);
    await refused();
    await assert.rejects(startApplication({ dataDirectory }), /was moved to postgres:/);
  }
});

test('a store is not moved again into a place that another one was moved to, or is being', async (t) => {
  const [one, other] = [await newMove(t), await newMove(t)];
  await one.source.call('sendOtp', 'send-1', send(1));
  await assert.rejects(
    one.move(() => {
      throw new RangeError('stopped');
    }),
    RangeError,
  );
  const message = /is where another store is being moved to/;
  await assert.rejects(other.moveTo(one.place), { ...unavailable, message });
  await one.move();
  await assert.rejects(other.moveTo(one.place), { ...unavailable, message: /holds requests already/ });
});

test('a move that was stopped before the log had left goes on with the log', async (t) => {
  const { source, dataDirectory, place, move, startTarget, codeOf } = await newMove(t);
  const file = join(dataDirectory, 'otp.sqlite');
  await source.call('sendOtp', 'send-1', send(1));
  const stopped = new RangeError('stopped');
  const stop = () => {
    throw stopped;
  };
  await assert.rejects(move(stop), stopped);
  const database = await connect(t, place.url);
  await database.query(`
    CREATE FUNCTION ${place.schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not yet'; END $$;
    CREATE TRIGGER fail BEFORE UPDATE ON ${place.schema}.meta FOR EACH ROW
      WHEN (NEW.name = 'moved') EXECUTE FUNCTION ${place.schema}.fail()`);
  await assert.rejects(move(), /not yet/);
  await source.application.close();
  for (const part of ['-wal', '-shm']) renameSync(`${file}.moved${part}`, `${file}${part}`);
  await assert.rejects(startApplication({ dataDirectory }), /was moved to postgres:/);
  await assert.rejects(startTarget(), /being moved/);
  await database.query(`DROP TRIGGER fail ON ${place.schema}.meta`);
  assert.equal((await move()).requests, 1);
  const target = await startTarget();
  const verify = { sendOtpRequestId: 'send-1', otp: codeOf(1) };
  assert.equal((await target.call('verifyOtp', 'verify-1', verify)).body['result'], 'SUCCESS');
});

test('a move goes on after a stop in which old requests went by their retention', async (t) => {
  const { source, dataDirectory, move } = await newMove(t);
  await source.call('sendOtp', 'send-1', send(1));
  await source.call('sendOtp', 'send-2', send(2));
  const stopped = new RangeError('stopped');
  await assert.rejects(
    move(({ phase }) => {
      if (phase === 'moving') throw stopped;
    }),
    stopped,
  );
  await source.application.close();
  const database = new DatabaseSync(join(dataDirectory, 'otp.sqlite'));
  database.exec(`DELETE FROM request WHERE request_id = 'send-1'; UPDATE request SET id = id + 5000`);
  database.close();
  assert.equal((await move()).requests, 1);
});

test('[OQ-72] a store is not moved to a configuration that has other secrets, and nothing is made there', async (t) => {
  const { source, place, configs, dataDirectory, move } = await newMove(t);
  await source.call('sendOtp', 'send-1', send(1));
  const others = [
    [{ 'digests.secret': { value: 'd'.repeat(40) } }, /digests\.secret is not the one/],
    [{ 'codes.secrets': [{ id: 'other', secret: { value: 'c'.repeat(40) } }] }, /codes\.secrets lacks/],
    [{ dataDirectory: temporaryDirectory(t) }, /digests\.secret is not set, and a sandbox makes another one/],
  ] as const;
  const client = await connect(t, place.url);
  for (const [settings, message] of others) {
    const overrides = { ...TEST_SETTINGS, dataDirectory, ...storeSettings(place), ...settings };
    const { values } = inspectConfig({ env: {}, overrides });
    await assert.rejects(moveStore(configs.from, values as Config, { onProgress() {} }), {
      ...unavailable,
      message,
    });
    const made = 'SELECT FROM pg_tables WHERE schemaname = $1';
    assert.equal((await client.query(made, [place.schema])).rowCount, 0);
  }
  assert.equal((await source.call('sendOtp', 'send-2', send(2))).body['result'], 'SUCCESS');
  assert.equal((await move()).requests, 2);
});
