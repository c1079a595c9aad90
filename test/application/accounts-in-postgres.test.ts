import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { countAccounts, editAccounts, importIntoAccounts } from '../../src/operations/accounts.ts';
import { migrateDatabases } from '../../src/operations/databases.ts';
import { diagnose } from '../../src/operations/doctor/diagnose.ts';
import { findRequests } from '../../src/operations/requests.ts';
import { inspectConfig, loadConfig } from '../../src/settings/load.ts';
import { connect } from '../support/postgres/connect.ts';
import { storeSettings } from '../support/postgres/connection.ts';
import { testSchema } from '../support/postgres/schema.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeAssociation, activeNumber } from '../support/test-accounts.ts';
import { TEST_SETTINGS } from '../support/test-application.ts';
import { ACCEPTED, REFUSED, start } from './idempotency/ledger-under-test.ts';

test('servers of one database send to its accounts, and a change ends a code on both', async (t) => {
  const settings = storeSettings(await testSchema());
  const first = await start(t, { settings });
  const config = loadConfig({
    env: {},
    overrides: { ...TEST_SETTINGS, dataDirectory: first.app.dataDirectory, ...settings },
  });
  const editor = await editAccounts(config);
  t.after(() => editor.close());
  assert.equal(await countAccounts(config), 1005);
  const fields = { associationId: activeAssociation(1) };
  assert.equal(await first.send('by-id', fields), 'SUCCESS');
  assert.equal(await first.verify('by-id', first.code()), 'SUCCESS');

  first.clock.pass(60_000);
  assert.equal(await first.send('changed', fields), 'SUCCESS');
  await editor.setStatus('acc-1', 'closed');
  assert.equal(await first.verify('changed', first.code()), 'OTP_NOT_MATCHED');
  assert.equal(await first.send('closed', fields), 'ACCOUNT_CLOSED');
  // It is not the same account as before. [OQ-70]
  await editor.setStatus('acc-1', 'active');
  assert.equal(await first.verify('changed', first.code()), 'OTP_NOT_MATCHED');

  first.answerWith(async () => REFUSED);
  assert.equal(
    await first.send('refused', { accountPhoneNumber: activeNumber(2) }),
    'MESSAGE_UNABLE_TO_BE_SENT',
  );
  first.answerWith(async () => ACCEPTED);
  const found = await findRequests(config, { key: 'associationId', value: activeAssociation(2) });
  assert.deepEqual(
    found.map(({ requestId }) => requestId),
    ['refused'],
  );
});

test('a database whose accounts went is 503, and never an unknown number', async (t) => {
  const place = await testSchema();
  const { app } = await start(t, { settings: storeSettings(place) });
  const database = await connect(t, place.url);
  await database.query(`ALTER TABLE ${place.schema}.association RENAME TO gone`);
  await database.query(`ALTER TABLE ${place.schema}.account RENAME TO gone_too`);
  for (const fields of [{ associationId: activeAssociation(1) }, { accountPhoneNumber: activeNumber(1) }]) {
    const { status } = await app.call('sendOtp', `send-${Object.keys(fields)[0]}`, {
      smsMatchingToken: 'AB12345678C',
      ...fields,
    });
    assert.equal(status, 503);
  }
});

test('both parts are made by migrate, and the doctor says what is in them', async (t) => {
  const place = await testSchema();
  const dataDirectory = join(temporaryDirectory(t), 'data');
  const flags = { dataDirectory, 'http.port': '1', 'operator.port': '2' };
  const sources = { env: {}, overrides: storeSettings(place), flags };
  const config = loadConfig(sources);
  const migrate = async (dryRun: boolean) =>
    (await migrateDatabases(config, { dryRun })).map(({ part, fromVersion, toVersion }) => {
      return [part, fromVersion === 0, fromVersion === toVersion];
    });
  const made = [
    ['store', true, false],
    ['directory', true, false],
  ];
  assert.deepEqual(await migrate(true), made);
  assert.deepEqual(await migrate(false), made);
  assert.deepEqual(await migrate(false), [
    ['store', false, true],
    ['directory', false, true],
  ]);
  const told = async () => {
    const inspection = inspectConfig(sources);
    const terms = { url: undefined, clockUrl: undefined, nowMs: Date.now() };
    const tls = { namedSuites: [], negotiate: () => Promise.reject(new Error('not asked')) };
    const findings = await diagnose(inspection, { ...terms, tls });
    return findings.filter(({ subject }) => subject === 'databases').map(({ finding }) => finding);
  };
  const accounts = `(schema ${place.schema}, accounts)`;
  assert.ok(
    (await told()).some((text) => text.includes(`${accounts} holds no account: every number is unknown`)),
  );
  const csv = 'accountId,status\nw-1,active\n';
  await importIntoAccounts(config, {
    source: '-',
    content: (async function* () {
      yield Buffer.from(csv);
    })(),
    format: 'csv',
    dryRun: false,
    signal: new AbortController().signal,
    onProblem: () => undefined,
    onProgress: () => undefined,
  });
  assert.ok(
    (await told()).some((text) =>
      text.includes(`${accounts} is of this program's version and holds 1 account`),
    ),
  );
});
