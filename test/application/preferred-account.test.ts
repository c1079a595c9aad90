import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { importTestAccounts } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';

const number = '+14035550101';
const header = 'accountId,phoneNumber,status,associationIds,preferred';

test('[OQ-86] a number that several active accounts share means the preferred one; each is found by its association', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const rows = [
    `joint-1,${number},active,as-1,false`,
    `joint-2,${number},active,as-2,true`,
    `joint-3,${number},closed,as-3,`,
  ];
  await importTestAccounts(dataDirectory, [header, ...rows].join('\n'));
  const app = await startApplication({ dataDirectory, settings: { 'quotas.coolDownMs': 0 } });
  const send = async (requestId: string, fields: Readonly<Record<string, unknown>>) => {
    const { status, body } = await app.call('sendOtp', requestId, {
      smsMatchingToken: 'AB12345678C',
      ...fields,
    });
    return [status, body['result']];
  };
  const set = ['--set', `dataDirectory=${dataDirectory}`];
  const accountIds = async () => {
    const { stdout } = await runHere([
      'accounts',
      'show',
      '--account-phone-number',
      number,
      '--json',
      ...set,
    ]);
    return (JSON.parse(stdout) as { accountId: string }[]).map(({ accountId }) => accountId);
  };
  assert.deepEqual(await send('by-number', { accountPhoneNumber: number }), [200, 'SUCCESS']);
  assert.deepEqual(await send('by-association', { associationId: 'as-1' }), [200, 'SUCCESS']);
  assert.deepEqual(await accountIds(), ['joint-2', 'joint-1', 'joint-3']);

  // Closing the preferred one leaves one that is meant, and a second that becomes active needs a preferred one.
  const run = async (...args: readonly string[]) =>
    (await runHere(['accounts', 'set-status', ...args, ...set])).code;
  assert.equal(await run('joint-2', 'not-eligible'), 0);
  assert.deepEqual(await send('the-other', { accountPhoneNumber: number }), [200, 'SUCCESS']);
  assert.equal(await run('joint-3', 'active'), 1);
  assert.equal(await run('joint-2', 'active'), 0);
  assert.equal(await run('joint-3', 'active'), 0);
  assert.equal(await run('joint-2', 'not-eligible'), 0);
  assert.deepEqual(await send('nobody-knows', { accountPhoneNumber: number }), [503, undefined]);
  await app.stop();
});
