import assert from 'node:assert/strict';
import { copyFileSync, existsSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteOtpStore } from '../../../src/adapters/storage/otp-store.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import { accepted, anEcho, issue } from '../../contracts/otp-orders.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

const losses: Readonly<Record<string, (file: string) => void>> = {
  'the database is deleted': (file) => rmSync(file),
  'the database is moved away': (file) => renameSync(file, `${file}.old`),
  'another database is put in its place': (file) => {
    copyFileSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
  },
  'the log is deleted': (file) => rmSync(`${file}-wal`),
  'the log is replaced': (file) => {
    rmSync(`${file}-wal`);
    writeFileSync(`${file}-wal`, '');
  },
  'the database is emptied': (file) => writeFileSync(file, ''),
  'the log is emptied': (file) => writeFileSync(`${file}-wal`, ''),
  'an older, smaller database is copied over it': (file) => {
    const database = new DatabaseSync(`${file}.copy`);
    database.exec('CREATE TABLE older (older)');
    database.close();
    copyFileSync(`${file}.copy`, file);
  },
};

/** What the log holds, as the server does now and then. */
function moveIntoDatabase(file: string): void {
  const shell = new DatabaseSync(file);
  shell.exec('PRAGMA wal_checkpoint');
  shell.close();
}

for (const [what, lose] of Object.entries(losses)) {
  test(`[IDEM-2] ${what} under the server: no step is answered any more, from the first one on`, async (t) => {
    const file = temporaryFile(t);
    const store = openStore(t, { file });
    await issue(store, 'send-1');
    await store.settle(accepted('send-1'));
    moveIntoDatabase(file);
    await issue(store, 'send-2');
    lose(file);
    await assert.rejects(store.complete(anEcho('echo-1')), (error: Error) => {
      assert.ok(error instanceof UnavailableError);
      assert.match(
        error.message,
        /otp\.sqlite(-wal)? was (deleted or moved away|replaced|emptied or written over) while it was open/,
      );
      return true;
    });
    await assert.rejects(store.recall({ method: 'sendOtp', requestId: 'send-1' }), UnavailableError);
    await assert.rejects(store.check(), UnavailableError);
    assert.match(String(store.fault()), /while it was open/);
  });
}

for (const suffix of ['-shm', '-lock']) {
  test(`${suffix} deleted under the server is found at the next look`, async (t) => {
    const file = temporaryFile(t);
    const store = openStore(t, { file });
    assert.equal(store.fault(), undefined);
    rmSync(file + suffix);
    assert.match(String(store.fault()), new RegExp(`${suffix} was deleted`));
    await assert.rejects(store.complete(anEcho('echo-1')), UnavailableError);
  });
}

test('a database that somebody compacts beside the server is served from', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  for (let number = 0; number < 100; number += 1) await issue(store, `send-${number}`);
  await store.sweep(Number.MAX_SAFE_INTEGER, 1000);
  const shell = new DatabaseSync(file);
  shell.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  assert.equal(store.fault(), undefined);
  const before = statSync(file).size;
  shell.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  assert.ok(statSync(file).size < before);
  assert.equal(store.fault(), undefined);
  await issue(store, 'send-again');
  shell.close();
  assert.equal(store.fault(), undefined);
});

test('a trigger that somebody gives the open database is found at the next look', (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  const database = new DatabaseSync(file);
  database.exec('CREATE TRIGGER strange AFTER UPDATE ON ceiling BEGIN SELECT 1; END');
  assert.match(String(store.fault()), /holds the trigger "strange", which is not ours/);
  database.exec('DROP TRIGGER strange');
  database.close();
  assert.equal(store.fault(), undefined);
});

test('no link is followed to make the lock', (t) => {
  const file = temporaryFile(t);
  symlinkSync(`${file}-elsewhere`, `${file}-lock`);
  assert.throws(() => openSqliteOtpStore({ file, environment: 'sandbox' }), /-lock is no regular file/);
  assert.equal(existsSync(`${file}-elsewhere`), false);
});

test('a database that was moved away and comes back is served from again', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  renameSync(file, `${file}.old`);
  await assert.rejects(store.check(), UnavailableError);
  renameSync(`${file}.old`, file);
  await store.check();
  await issue(store, 'send-1');
});

for (const [what, tamper] of Object.entries({
  deleted: (lock: string) => rmSync(lock),
  'emptied and made again': (lock: string) => {
    rmSync(lock);
    writeFileSync(lock, '');
  },
  'replaced by a copy of itself': (lock: string) => {
    copyFileSync(lock, `${lock}.copy`);
    renameSync(`${lock}.copy`, lock);
  },
})) {
  test(`no second server starts although the lock was ${what}`, async (t) => {
    const file = temporaryFile(t);
    const store = openStore(t, { file });
    await issue(store, 'send-1');
    tamper(`${file}-lock`);
    const second = () => openSqliteOtpStore({ file, environment: 'sandbox' });
    assert.throws(second, /another process serves from/);
    await store.close();
    await second().close();
  });
}
