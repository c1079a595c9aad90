import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { putInPlace } from '../../src/adapters/sqlite/restored-file.ts';
import { backUp, restore } from '../../src/operations/backup.ts';
import { runCli, startCli, temporaryDirectory } from '../support/cli-process.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { callMethod, codeIn, startApplication } from '../support/test-application.ts';

const token = { smsMatchingToken: 'AbCdEfGhIjK' };
const quiet = ['http.port=0', 'operator.port=0', 'log.level=silent', 'quotas.coolDownMs=0'];

test('a backup that is stopped at any of its steps leaves nothing behind', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  await (await startApplication({ dataDirectory })).stop();
  const settings = { profile: 'sandbox', dataDirectory } as const;
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

const asRoot = { skip: process.geteuid?.() !== 0 && 'only root can give files away' };

/** A data directory without a server, and a backup of it that this process made. */
async function copied(t: TestContext) {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  await (await startApplication({ dataDirectory })).stop();
  const settings = { profile: 'sandbox', dataDirectory } as const;
  const folder = join(temporaryDirectory(t), 'backup');
  await backUp(settings, folder, () => {});
  const left = () => readdirSync(dataDirectory).filter((name) => /restor|replaced/.test(name));
  return { dataDirectory, settings, folder, left, store: join(dataDirectory, 'otp.sqlite') };
}

test('a restore that is stopped changes nothing and leaves nothing behind', async (t) => {
  const { settings, folder, left, store } = await copied(t);
  const before = readFileSync(store).toString('base64');
  const stop = AbortSignal.abort(new Error('stopped'));
  await assert.rejects(restore(settings, folder, stop), /^Error: stopped$/);
  assert.deepEqual(left(), []);
  assert.equal(readFileSync(store).toString('base64'), before);
});

test('[ENV-1] databases of the other environment are not replaced, damaged ones are', async (t) => {
  const { settings, folder, left, store } = await copied(t);
  const database = new DatabaseSync(store);
  database.exec("UPDATE meta SET value = 'production' WHERE name = 'environment'");
  database.close();
  await assert.rejects(
    restore(settings, folder),
    /otp\.sqlite belongs to the production environment, this is sandbox/,
  );
  assert.deepEqual(left(), []);
  writeFileSync(store, 'no database '.repeat(1000));
  const { aside } = await restore(settings, folder);
  assert.match(aside ?? '', /replaced-/);
});

test('what root restores belongs to the owner of the data directory', asRoot, async (t) => {
  const { dataDirectory, settings, folder } = await copied(t);
  rmSync(join(dataDirectory, 'otp.sqlite-lock'));
  chownSync(dataDirectory, 12_345, 12_345);
  const { aside = '' } = await restore(settings, folder);
  for (const path of ['otp.sqlite', 'accounts.sqlite', 'otp.sqlite-lock'].map((name) =>
    join(dataDirectory, name),
  )) {
    assert.equal(statSync(path).uid, 12_345, path);
    assert.equal(statSync(path).mode & 0o777, 0o600, path);
  }
  assert.equal(statSync(aside).uid, 12_345);
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
  await assert.rejects(make(file), /^UnavailableError: the backup: .*file: file already exists$/);
  await assert.rejects(make(link), /^UnavailableError: the backup: .*link does not exist$/);
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
    /file\/otp\.sqlite can't be opened/,
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

async function folders(t: TestContext) {
  const dataDirectory = join(temporaryDirectory(t), 'data');
  mkdirSync(dataDirectory);
  await importTestAccounts(dataDirectory);
  const backup = join(dataDirectory, '..', 'backup');
  const run = (command: string, ...more: readonly string[]) =>
    runCli([command, backup, '--set', `dataDirectory=${dataDirectory}`, ...more]);
  return { dataDirectory, backup, run };
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

/** A folder with a stopped server's databases, and a backup of them. */
async function backedUp(t: TestContext) {
  const all = await folders(t);
  const { dataDirectory, run } = all;
  const server = await startApplication({ dataDirectory });
  await server.call('sendOtp', 'send-1', { accountPhoneNumber: activeNumber(1), ...token });
  await server.stop();
  const made = await run('backup', '--json');
  assert.equal(made.code, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).files.length, 2);
  return all;
}

const spoilt: Readonly<Record<string, readonly [(backup: string) => void, RegExp]>> = {
  'lacks its manifest': [(backup) => rmSync(join(backup, 'backup.json')), /is no whole backup/],
  'has a manifest that is not ours': [
    (backup) => writeFileSync(join(backup, 'backup.json'), '{"format":1,"files":[{"name":"../x"}]}'),
    /is not as gsp-otp backup writes it/,
  ],
  'was cut short': [(backup) => truncateSync(join(backup, 'otp.sqlite'), 8192), /is not what was backed up/],
  'lost a file': [(backup) => rmSync(join(backup, 'accounts.sqlite')), /accounts\.sqlite/],
  'is of a newer schema': [
    (backup) => {
      const file = join(backup, 'accounts.sqlite');
      const database = new DatabaseSync(file);
      database.exec('PRAGMA user_version = 99');
      database.close();
      const manifest = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8'));
      for (const described of manifest.files) {
        const content = readFileSync(join(backup, described.name));
        Object.assign(described, {
          bytes: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
        });
      }
      writeFileSync(join(backup, 'backup.json'), JSON.stringify(manifest));
    },
    /backup\/accounts\.sqlite has schema version 99, this program knows versions up to/,
  ],
  'had its files exchanged': [
    (backup) => {
      renameSync(join(backup, 'otp.sqlite'), join(backup, 'x'));
      renameSync(join(backup, 'accounts.sqlite'), join(backup, 'otp.sqlite'));
      renameSync(join(backup, 'x'), join(backup, 'accounts.sqlite'));
    },
    /is not what was backed up/,
  ],
};

for (const [what, [spoil, words]] of Object.entries(spoilt)) {
  test(`a backup that ${what} is refused, and nothing is changed`, async (t) => {
    const { dataDirectory, backup, run } = await backedUp(t);
    spoil(backup);
    const content = () =>
      ['otp.sqlite', 'accounts.sqlite'].map((name) =>
        readFileSync(join(dataDirectory, name)).toString('base64'),
      );
    const present = content();
    const { code, stderr } = await run('restore', '--yes');
    assert.equal(code, 1);
    assert.match(stderr, words);
    assert.doesNotMatch(stderr, /restoring/);
    assert.deepEqual(content(), present);
    assert.deepEqual(
      readdirSync(dataDirectory).filter((name) => /restor|replaced/.test(name)),
      [],
    );
    await (await startApplication({ dataDirectory })).stop();
  });
}

test('[ENV-1] a backup of the other environment is refused', async (t) => {
  const { run } = await backedUp(t);
  const { code, stderr } = await run('restore', '--yes', '--set', 'profile=production');
  assert.equal(code, 1);
  assert.match(stderr, /is a backup of the sandbox environment, this is production/);
});

test('a backup is not made into a folder that holds anything, nor of a store that is not there', async (t) => {
  const { dataDirectory, backup, run } = await backedUp(t);
  assert.match((await run('backup')).stderr, /is not empty/);
  rmSync(backup, { recursive: true });
  rmSync(join(dataDirectory, 'otp.sqlite'));
  assert.match((await run('backup')).stderr, /there is no database .*otp\.sqlite to back up/);
  assert.equal(existsSync(backup), false);
});

test('a restore that was killed between two files is refused by everybody, until it is done again', async (t) => {
  const { dataDirectory, run } = await backedUp(t);
  const file = join(dataDirectory, 'otp.sqlite');
  // What it moves first is there, what it moves then isn't: as if it had been killed in between.
  copyFileSync(file, `${file}.restoring`);
  const missing = { file: join(dataDirectory, 'accounts.sqlite'), prepared: join(dataDirectory, 'gone') };
  assert.throws(() =>
    putInPlace([{ file, prepared: `${file}.restoring` }, missing], join(dataDirectory, 'aside')),
  );
  await assert.rejects(startApplication({ dataDirectory, overrides: { newStore: true } }), /half restored/);
  const restored = await run('restore', '--yes');
  assert.equal(restored.code, 0, restored.stderr);
  const server = await startApplication({ dataDirectory });
  assert.equal((await server.application.store.history('send-1')).length, 1);
  await server.stop();
});

test('a backup is restored where nothing is left, and beside nobody who has the accounts open', async (t) => {
  const { dataDirectory, run } = await backedUp(t);
  const shell = new DatabaseSync(join(dataDirectory, 'accounts.sqlite'));
  shell.prepare('SELECT count(*) FROM accounts').get();
  assert.match((await run('restore', '--yes')).stderr, /accounts\.sqlite, or has it open/);
  shell.close();
  // The secrets are not in the backup.
  for (const name of readdirSync(dataDirectory)) {
    if (!name.startsWith('sandbox-')) rmSync(join(dataDirectory, name), { recursive: true });
  }
  assert.equal((await run('restore', '--yes')).code, 0);
  // Nothing was replaced, so there is no folder for it.
  assert.equal(
    readdirSync(dataDirectory).some((name) => name.startsWith('replaced')),
    false,
  );
  const server = await startApplication({ dataDirectory });
  assert.equal((await server.application.store.history('send-1')).length, 1);
  await server.stop();
});

test('a backup is not restored onto itself, which would leave none', async (t) => {
  const { backup, run } = await backedUp(t);
  const content = () =>
    readdirSync(backup).map((name) => readFileSync(join(backup, name)).toString('base64'));
  const present = content();
  const { code, stderr } = await run('restore', '--yes', '--set', `dataDirectory=${backup}`);
  assert.equal(code, 1);
  assert.match(stderr, /is the data directory itself/);
  assert.deepEqual(content(), present);
});
