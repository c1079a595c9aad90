import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type * as Loading from '../../src/settings/load.ts';
import type * as Reference from '../../src/settings/reference.ts';
import type * as Wiring from '../../src/wiring/application.ts';
import { callMethod, codeIn, TEST_SETTINGS } from '../support/test-application.ts';
import { withMadeUpKinds } from './made-up-kinds.ts';

const phoneNumber = '+14035550101';
const card = { associationId: 'as-card', smsMatchingToken: 'AbCdEfGhIjK' };

interface Pigeons {
  readonly flown: readonly { readonly by: string; readonly text: string }[];
}

function configured(t: TestContext) {
  const copy = withMadeUpKinds(t);
  const dataDirectory = join(copy.folder, 'data');
  const hall = join(copy.folder, 'hall');
  mkdirSync(hall, { mode: 0o700 });
  const pigeon = (name: string, loft: string) => ({ kind: 'pigeon', name, loft });
  const settings = {
    ...TEST_SETTINGS,
    dataDirectory,
    store: { kind: 'shelf', hall },
    directory: { kind: 'card', accountId: 'w-1', phoneNumber },
    'sms.gateway': { kind: 'failover', gateways: [pigeon('first', 'shut'), pigeon('second', 'open')] },
  };
  return { copy, dataDirectory, hall, settings };
}

test('a store, a directory and gateways of made-up kinds are configured, opened and used, by a folder and a row each', async (t) => {
  const { copy, dataDirectory, hall, settings } = configured(t);
  const { loadConfig } = await copy.load<typeof Loading>('src/settings/load.ts');
  const { compose } = await copy.load<typeof Wiring>('src/wiring/application.ts');

  const serve = async (use: (url: string) => Promise<void>) => {
    const application = await compose(loadConfig({ env: {}, overrides: settings }));
    try {
      await use((await application.listen()).methods);
    } finally {
      await application.close();
    }
  };

  let first: unknown;
  await serve(async (url) => {
    const sent = await callMethod(url, 'sendOtp', 'r-1', card);
    first = sent.body['paymentIntegratorSendOtpId'];
    assert.deepEqual([sent.status, sent.body['result']], [200, 'SUCCESS']);
    const { flown } = await copy.load<Pigeons>('src/adapters/gateways/pigeon/pigeon.ts');
    assert.deepEqual(
      flown.map(({ by }) => by),
      ['second'],
    );
    const verified = await callMethod(url, 'verifyOtp', 'v-1', {
      sendOtpRequestId: 'r-1',
      otp: codeIn(flown[0]?.text ?? ''),
    });
    assert.equal(verified.body['result'], 'SUCCESS', JSON.stringify(verified.body));
    const unknown = await callMethod(url, 'sendOtp', 'r-2', { ...card, associationId: 'as-other' });
    assert.notEqual(unknown.body['result'], 'SUCCESS');
  });
  // What was answered is on the shelf, and neither database of ours was made.
  await serve(async (url) => {
    const again = await callMethod(url, 'sendOtp', 'r-1', card);
    assert.deepEqual([again.body['result'], again.body['paymentIntegratorSendOtpId']], ['SUCCESS', first]);
  });
  assert.ok(existsSync(join(hall, 'shelf')));
  for (const file of ['otp.sqlite', 'accounts.sqlite'])
    assert.ok(!existsSync(join(dataDirectory, file)), file);
});

test('settings and rules of a made-up kind are read, judged and in the reference', async (t) => {
  const { copy, settings } = configured(t);
  const { inspectConfig } = await copy.load<typeof Loading>('src/settings/load.ts');
  const { writeReference } = await copy.load<typeof Reference>('src/settings/reference.ts');
  const faultsOf = (overrides: object) =>
    inspectConfig({ env: {}, overrides: { ...settings, ...overrides } }).faults.map(
      ({ path, reason }) => `${path} ${reason}`,
    );
  assert.deepEqual(faultsOf({}), []);
  assert.deepEqual(faultsOf({ 'store.bords': 4 }), ['store.bords is not a setting']);
  assert.deepEqual(faultsOf({ 'store.boards': 10 }), ['store.boards is 10']);
  assert.deepEqual(faultsOf({ 'store.boards': 7 }), ['store has seven boards']);
  assert.deepEqual(faultsOf({ 'store.boards': 8 }), []);
  assert.ok(faultsOf({ 'store.boards': 8, profile: 'production' }).includes('store has eight boards'));
  for (const name of ['store.boards', 'directory.accountId', 'sms.gateway.loft'])
    assert.ok(writeReference().includes(`| \`${name}\``), name);
});

test('commands ask a made-up kind for what it offers, and say what it does not', async (t) => {
  const { copy, settings } = configured(t);
  const file = join(copy.folder, 'gsp-otp.json');
  const { dataDirectory, store, directory } = settings;
  const secret = { value: 'a secret of the test alone, long enough' };
  const ours = { digests: { secret }, codes: { secrets: [{ id: 's1', secret }] } };
  writeFileSync(file, JSON.stringify({ dataDirectory, store, directory, ...ours }));
  const run = (...args: readonly string[]) => {
    const program = join(copy.folder, 'bin/gsp-otp.js');
    const ended = spawnSync(process.execPath, [program, ...args, '--config', file], { encoding: 'utf8' });
    return { status: ended.status, printed: ended.stdout + ended.stderr };
  };
  const shelf = join(settings.store.hall, 'shelf');

  const planned = run('migrate', '--dry-run');
  assert.deepEqual([planned.status, planned.printed.includes(`${shelf}: new`)], [0, true], planned.printed);
  assert.equal(run('migrate').status, 0);
  assert.match(run('guard').printed, /Nothing is blocked/);
  assert.match(run('explain', '--association-id', 'as-card').printed, /no request for it is known/);
  assert.match(run('explain', 'r-1').printed, /no request r-1 is known/);

  const shown = run('accounts', 'show', 'w-1');
  assert.equal(shown.status, 1);
  assert.match(shown.printed, /the accounts are in the card on the desk, and are kept there/);
  const backup = run('backup', join(copy.folder, 'backup'));
  assert.equal(backup.status, 1);
  assert.match(backup.printed, /shelf is no file of ours: back it up and restore it by means of its own/);
  assert.match(run('doctor').printed, /shelf is sound, and of this program's version/);
});
