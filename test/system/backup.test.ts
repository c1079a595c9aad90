import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { backUp, restore } from '../../src/operations/backup.ts';
import { startCli } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { callMethod, codeIn, startApplication } from '../support/test-application.ts';
import { asRoot, backedUp, copied, dataSettings, folders, token } from './backups-under-test.ts';

const quiet = ['http.port=0', 'operator.port=0', 'log.level=silent', 'quotas.coolDownMs=0'];

test('a backup that is stopped at any of its steps leaves nothing behind', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  await (await startApplication({ dataDirectory })).stop();
  const settings = dataSettings(dataDirectory);
  const folder = join(temporaryDirectory(t), 'backup');
  const run = async (stopAt: number) => {
    const stop = new AbortController();
    let steps = 0;
    const step = () => {
      if (steps++ === stopAt) stop.abort(new Error('stopped'));
    };
    if (stopAt < 0) stop.abort(new Error('stopped'));
    return backUp(settings, folder, step, stop.signal).then(() => steps);
  };
  let stopAt = -1;
  for (; ; stopAt += 1) {
    const steps = await run(stopAt).catch((error: Error) => error.message);
    if (steps === stopAt) break;
    assert.equal(steps, 'stopped');
    assert.equal(existsSync(folder), false);
  }
  assert.ok(stopAt >= 2, 'both databases were copied');
});

test('a folder that is there becomes private; what is none, and what is somebody else’s, is refused in words', async (t) => {
  const { dataDirectory, settings } = await copied(t);
  const parent = temporaryDirectory(t);
  const [folder, file, link] = ['folder', 'file', 'link'].map((name) => join(parent, name)) as [
    string,
    string,
    string,
  ];
  const make = (target: string) => backUp(settings, target, () => {});
  writeFileSync(file, '');
  symlinkSync(join(parent, 'nowhere', 'deep'), link);
  await assert.rejects(
    make(file),
    /^UnavailableError: the folder .*file can't be made: .*file already exists$/,
  );
  await assert.rejects(
    make(link),
    /^UnavailableError: the folder .*link can't be made: .*link: file already exists$/,
  );
  await assert.rejects(restore({ ...settings, dataDirectory: file }, dataDirectory), /no whole backup/);
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  if (asRoot.skip === false) {
    chownSync(folder, 12_345, 12_345);
    await assert.rejects(
      make(folder),
      /folder belongs to another user: name a folder that is not there yet$/,
    );
    assert.deepEqual(readdirSync(folder), []);
    chownSync(folder, 0, 0);
  }
  await make(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  await assert.rejects(
    restore({ ...settings, dataDirectory: file }, folder),
    /the folder .*file can't be made/,
  );
});

/** A server in a process of its own, which can be killed. */
async function serve(t: TestContext, dataDirectory: string) {
  const settings = [`dataDirectory=${dataDirectory}`, ...quiet].flatMap((setting) => ['--set', setting]);
  const child = startCli(['serve', ...settings]);
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  let told = '';
  for await (const chunk of child.stderr) {
    told += chunk;
    if (/^ {2}operator/m.test(told)) break;
  }
  const urlOf = (name: string) => new RegExp(`^ {2}${name} +(https?://[^/\\s]+)`, 'm').exec(told)?.[1] ?? '';
  assert.ok(urlOf('methods') !== '', told);
  const call = (method: string, id: string, fields: Record<string, unknown>) =>
    callMethod(urlOf('methods'), method, id, fields);
  const send = (id: string, n: number) =>
    call('sendOtp', id, { accountPhoneNumber: activeNumber(n), ...token });
  const texts = async () => {
    const response = await fetch(`${urlOf('operator')}/inbox?count=1000`);
    return ((await response.json()) as { texts: { to: string; text: string }[] }).texts;
  };
  return {
    send,
    texts,
    codeFor: async (n: number) =>
      codeIn((await texts()).find(({ to }) => to === activeNumber(n))?.text ?? ''),
    verify: async (id: string, sendOtpRequestId: string, otp: string) =>
      (await call('verifyOtp', id, { sendOtpRequestId, otp })).body['result'],
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('[IDEM-2, OQ-73] a backup under load, the server killed: restored, no id of before is executed twice, no code of then lives', async (t) => {
  const { dataDirectory, backup, run } = await folders(t);
  const server = await serve(t, dataDirectory);
  const before: [string, number][] = [];
  for (let n = 0; n < 20; n += 1) before.push([`before-${n}`, n]);
  const answers = new Map<string, unknown>();
  await Promise.all(
    before.map(async ([id, n]) =>
      answers.set(id, (await server.send(id, n)).body['paymentIntegratorSendOtpId']),
    ),
  );
  const [used, unused] = [await server.codeFor(0), await server.codeFor(1)];

  let stop = false;
  const load = (async () => {
    for (let n = 100; !stop && n < 600; n += 1) await server.send(`beside-${n}`, n);
  })();
  const made = await run('backup');
  stop = true;
  await load;
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^otp\.sqlite .* MB, checked$/m);
  assert.match(made.stdout, /^accounts\.sqlite .* MB, checked$/m);
  assert.equal(statSync(backup).mode & 0o777, 0o700);
  for (const name of readdirSync(backup))
    assert.equal(statSync(join(backup, name)).mode & 0o777, 0o600, name);
  assert.deepEqual(readdirSync(backup).sort(), ['accounts.sqlite', 'backup.json', 'otp.sqlite']);

  assert.equal(await server.verify('verify-1', 'before-0', used), 'SUCCESS');
  const refused = await run('restore', '--yes');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /another process serves from .*otp\.sqlite/);
  await server.kill();

  // The naive way: the copy over the database, the log of another time beside it, and without that log.
  const naive = join(dataDirectory, '..', 'naive');
  mkdirSync(naive);
  for (const name of readdirSync(dataDirectory)) copyFileSync(join(dataDirectory, name), join(naive, name));
  copyFileSync(join(backup, 'otp.sqlite'), join(naive, 'otp.sqlite'));
  for (const _ of ['with the log', 'without']) {
    await assert.rejects(startApplication({ dataDirectory: naive }), /is a copy that gsp-otp backup made/);
    rmSync(join(naive, 'otp.sqlite-wal'), { force: true });
  }

  const asked = await run('restore');
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /would be replaced by the backup of [\s\S]*--yes/);
  const restored = await run('restore', '--yes');
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(restored.stdout, /codes +\d\d+ were unused, and are ended/);
  assert.match(restored.stdout, /what was there is in .*replaced-/);

  const again = await serve(t, dataDirectory);
  for (const [id, n] of before) {
    const { status, body } = await again.send(id, n);
    assert.equal(status, 200);
    assert.equal(body['paymentIntegratorSendOtpId'], answers.get(id), id);
  }
  assert.equal((await again.texts()).length, 0);
  assert.equal(await again.verify('verify-2', 'before-0', used), 'OTP_NOT_MATCHED');
  assert.equal(await again.verify('verify-3', 'before-1', unused), 'OTP_NOT_MATCHED');
  await again.kill();
});

test('a backup is not made into a folder that holds anything, nor of a store that is not there', async (t) => {
  const { dataDirectory, backup, run } = await backedUp(t);
  assert.match((await run('backup')).stderr, /is not empty/);
  rmSync(backup, { recursive: true });
  rmSync(join(dataDirectory, 'otp.sqlite'));
  assert.match((await run('backup')).stderr, /there is no database .*otp\.sqlite to back up/);
  assert.equal(existsSync(backup), false);
});
