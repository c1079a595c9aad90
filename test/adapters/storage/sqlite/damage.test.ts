import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { checkAtOpening } from '../../../../src/adapters/sqlite/check.ts';
import { openSqliteOtpStore } from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { anEcho, issue } from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { watchedOpen } from './faulty-database.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

async function filledFile(t: TestContext, requests = 200): Promise<string> {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  await Promise.all(Array.from({ length: requests }, (_, n) => issue(store, `send-${n}`)));
  await store.close();
  return file;
}

test('a page that makes no sense is found at the start, and the file named', async (t) => {
  const file = await filledFile(t);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0x5a, bytes.length - 8192, bytes.length - 4096));
  assert.throws(() => openSqliteOtpStore({ file, environment: 'sandbox' }), {
    name: 'UnavailableError',
    message: `${file} is damaged; restore a backup`,
  });
});

test('a row that makes no sense is found at the start', async (t) => {
  const file = await filledFile(t, 3);
  const database = new DatabaseSync(file);
  database.exec("UPDATE request SET challenge_state = 'sent ' WHERE request_id = 'send-1'");
  database.close();
  assert.throws(() => openSqliteOtpStore({ file, environment: 'sandbox' }), /makes no sense/);
});

test('a step that meets a damaged page makes the server not ready from then on', async (t) => {
  let broken = false;
  const open = watchedOpen((when, sql) => {
    if (!broken || when !== 'before' || !sql.includes('FROM request WHERE request_id')) return;
    throw Object.assign(new Error('database disk image is malformed'), {
      code: 'ERR_SQLITE_ERROR',
      errcode: 11,
    });
  });
  const store = openStore(t, { open });
  await store.check();
  broken = true;
  await assert.rejects(completeRequest(store, anEcho('echo-1')), UnavailableError);
  broken = false;
  await assert.rejects(store.check(), /malformed/);
  // What the damage doesn't touch is served.
  await completeRequest(store, anEcho('echo-2'));
});

test('a large database is checked beside the server, which learns of damage and of nothing else', async (t) => {
  const sound = temporaryFile(t);
  const build = new DatabaseSync(sound);
  // A hole in the file is as large as it has to be, and costs nothing.
  build.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  build.close();
  const damaged = join(dirname(sound), 'damaged.sqlite');
  writeFileSync(damaged, readFileSync(sound).fill(0x5a, 4096, 8192));
  for (const file of [sound, damaged]) writeSync(openSync(file, 'r+'), '\0', 200_000_000);
  const database = new DatabaseSync(':memory:');
  t.after(() => database.close());
  const reason = await new Promise<string>((resolve) => void checkAtOpening(database, damaged, resolve));
  assert.equal(reason, `${damaged} is damaged; restore a backup`);
});

test('what checks a large database gets none of the secrets in the environment', {
  skip: !existsSync('/proc/self/environ') && 'only Linux shows the environment of a process',
}, async (t) => {
  const file = await filledFile(t);
  writeSync(openSync(file, 'r+'), '\0', 200_000_000);
  process.env['GSP_OTP_TEST_SECRET'] = 'correct horse battery staple';
  t.after(() => delete process.env['GSP_OTP_TEST_SECRET']);
  const database = new DatabaseSync(':memory:');
  const check = checkAtOpening(database, file, () => {});
  t.after(() => {
    check.stop();
    database.close();
  });
  const environments = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && shownBy(name, 'cmdline').includes(`\0${file}\0`))
    .map((pid) => shownBy(pid, 'environ'));
  assert.deepEqual(
    environments.map((text) => text.split('\0').filter((entry) => !/^(LD_LIBRARY_PATH=|$)/.test(entry))),
    [[]],
  );
});

function shownBy(pid: string, what: string): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}

test('a start on a full disk says so', async (t) => {
  const folder = join(dirname(temporaryFile(t)), 'full');
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (mounted.status !== 0) return t.skip('only root can mount a small disk');
  try {
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(48_000));
    assert.throws(
      () => openSqliteOtpStore({ file: join(folder, 'otp.sqlite'), environment: 'sandbox' }),
      /otp\.sqlite can't be opened: the disk is full, \d+ bytes are free; make room/,
    );
  } finally {
    spawnSync('umount', [folder]);
  }
});
