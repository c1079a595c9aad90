import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteOtpStore } from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { accepted, anEcho, issue, settleText } from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
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
  'another store, no smaller, is copied over it': (file) => copyFileSync(`${file}.other`, file),
  'an older copy of itself is copied over it': (file) => copyFileSync(`${file}.older`, file),
  'an older copy of itself, with the moment of now, is copied over it': (file) => {
    const { atime, mtime } = statSync(file);
    copyFileSync(`${file}.older`, file);
    utimesSync(file, atime, mtime);
  },
  'its last page is cut off': (file) => truncateSync(file, statSync(file).size - 4096),
  'something is appended to it': (file) => appendFileSync(file, Buffer.alloc(4096)),
  'the log of another store is copied over the log': (file) => {
    const other = new DatabaseSync(`${file}.other`);
    other.exec("UPDATE meta SET value = 'sandbox' WHERE name = 'environment'");
    copyFileSync(`${file}.other-wal`, `${file}-wal`);
    other.close();
  },
  'the end of the log is cut off': (file) => truncateSync(`${file}-wal`, 4096),
};

/** Until the clock of the file system has gone on: what is written at the same tick has the same moment. */
function letTick(file: string): void {
  const { mtimeNs } = statSync(file, { bigint: true });
  do writeFileSync(`${file}.tick`, 'x');
  while (statSync(`${file}.tick`, { bigint: true }).mtimeNs <= mtimeNs);
}

/** What the log holds, as the server does now and then. */
function moveIntoDatabase(file: string): void {
  const shell = new DatabaseSync(file);
  shell.exec('PRAGMA wal_checkpoint');
  shell.close();
}

for (const [what, lose] of Object.entries(losses)) {
  test(`[IDEM-2] ${what} under the server: no step is answered any more, from the first one on`, async (t) => {
    const file = temporaryFile(t);
    const other = openSqliteOtpStore({ file: `${file}.other`, environment: 'sandbox' });
    for (let number = 0; number < 50; number += 1) await issue(other, `other-${number}`);
    await other.close();
    const store = openStore(t, { file });
    await issue(store, 'send-0');
    moveIntoDatabase(file);
    copyFileSync(file, `${file}.older`);
    await issue(store, 'send-1');
    await settleText(store, accepted('send-1'));
    moveIntoDatabase(file);
    await issue(store, 'send-2');
    lose(file);
    await assert.rejects(completeRequest(store, anEcho('echo-1')), (error: Error) => {
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
    await assert.rejects(completeRequest(store, anEcho('echo-1')), UnavailableError);
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

test('what others may do beside the server is no loss', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  const shell = new DatabaseSync(file);
  const reader = new DatabaseSync(file, { readOnly: true });
  const beside: (() => void)[] = [
    () => utimesSync(file, 1, 1),
    () => chmodSync(file, 0o640),
    () => linkSync(file, `${file}.link`),
    () => void readFileSync(file),
    () => shell.exec('PRAGMA wal_checkpoint(RESTART)'),
    () => shell.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    () => reader.exec('BEGIN; SELECT count(*) FROM request'),
    () => shell.exec('PRAGMA wal_checkpoint(PASSIVE)'),
    () => reader.close(),
    () => shell.exec('BEGIN; DELETE FROM misstep; ROLLBACK'),
    () => shell.exec('VACUUM'),
    () => {
      renameSync(file, `${file}.away`);
      renameSync(`${file}.away`, file);
    },
  ];
  for (const [index, act] of beside.entries()) {
    letTick(file);
    act();
    assert.equal(store.fault(), undefined, String(act));
    for (let number = 0; number < 30; number += 1) await issue(store, `send-${index}-${number}`);
    assert.equal(store.fault(), undefined, String(act));
  }
  shell.close();
  assert.equal(store.fault(), undefined);
});

test('an older state of the log, of the same length, is found', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  for (let number = 0; number < 20; number += 1) await issue(store, `send-${number}`);
  moveIntoDatabase(file);
  // Written from its beginning again, it keeps its length.
  await issue(store, 'send-a');
  const { size } = statSync(`${file}-wal`);
  copyFileSync(`${file}-wal`, `${file}-wal.older`);
  await issue(store, 'send-b');
  assert.equal(statSync(`${file}-wal`).size, size);
  copyFileSync(`${file}-wal.older`, `${file}-wal`);
  assert.match(String(store.fault()), /otp\.sqlite-wal was emptied or written over/);
});

test('a page in the middle of the database that somebody else writes into is found by a check beside the server', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  for (let number = 0; number < 100; number += 1) await issue(store, `send-${number}`);
  moveIntoDatabase(file);
  assert.equal(store.fault(), undefined);
  letTick(file);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, 4 * 4096);
  closeSync(descriptor);
  await t.waitFor(() => assert.match(String(store.fault()), /is damaged; restore a backup/), {
    timeout: 60_000,
  });
});

test('a large log that is checkpointed in the middle of steps is no loss', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  for (let round = 0; round < 20; round += 1)
    await Promise.all(Array.from({ length: 100 }, (_, number) => issue(store, `send-${round}-${number}`)));
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
  assert.throws(
    () => openSqliteOtpStore({ file, environment: 'sandbox' }),
    /-lock is a link, not a regular file/,
  );
  assert.equal(existsSync(`${file}-elsewhere`), false);
});

test('a database that was moved away and comes back is served from again', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  renameSync(file, `${file}.old`);
  await assert.rejects(store.check(), UnavailableError);
  writeFileSync(file, 'another file in its place');
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
