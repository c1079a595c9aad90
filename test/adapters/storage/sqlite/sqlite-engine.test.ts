import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { otpStoreKind } from '../../../../src/adapters/storage/sqlite/migrations.ts';
import { openSqliteOtpStore } from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import { UnavailableError } from '../../../../src/ports/unavailable.ts';
import { accepted, anEcho, issue, settleText } from '../../../contracts/otp-orders.ts';
import { completeRequest } from '../../../contracts/otp-steps.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

const OTP_STORE = new URL('../../../../src/adapters/storage/sqlite/otp-store.ts', import.meta.url).href;

/** Opening fails as an `UnavailableError` that names the file and says `words`. */
function refuses(file: string, words: RegExp, options = {}): void {
  assert.throws(
    () => openSqliteOtpStore({ file, environment: 'sandbox', ...options }),
    (error) => {
      assert.ok(error instanceof UnavailableError, String(error));
      assert.ok(error.message.includes(file), error.message);
      assert.match(error.message, words);
      return true;
    },
  );
}

test('a second server on the file is refused; a reader is not, and sees what is committed', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  refuses(file, /another process serves from/);
  const reader = openStore(t, { file, beside: 'read' });
  await issue(store, 'send-1');
  await settleText(store, accepted('send-1'));
  assert.equal((await reader.history('send-1'))[0]?.challenge?.state, 'sent');
  await assert.rejects(completeRequest(reader, anEcho('echo-1')), UnavailableError);
  await assert.rejects(reader.check(), UnavailableError);
  await store.close();
  const next = openStore(t, { file });
  assert.ok(await next.findChallenge('send-1'));
});

test('a server in another process is refused too', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  const open = `
    const { openSqliteOtpStore } = await import(${JSON.stringify(OTP_STORE)});
    await openSqliteOtpStore({ file: ${JSON.stringify(file)}, environment: 'sandbox' }).close();`;
  const tryIt = () => spawnSync(process.execPath, ['--input-type=module', '-e', open], { encoding: 'utf8' });
  const refused = tryIt();
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /another process serves from/);
  await store.check();
  await store.close();
  assert.equal(tryIt().status, 0);
});

test('a reader sees everything after the server is gone', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  await issue(store, 'send-1');
  await store.close();
  assert.equal((await openStore(t, { file, beside: 'read' }).history('send-1')).length, 1);
});

test('[ENV-1] a database of the other environment is refused, for serving and for reading', async (t) => {
  const file = temporaryFile(t);
  await openStore(t, { file, environment: 'production' }).close();
  refuses(file, /belongs to the production environment/);
  refuses(file, /belongs to the production environment/, { beside: 'read' });
  await openStore(t, { file, environment: 'production' }).close();
});

test('a database of a newer schema is refused with both versions named, and stays as it was', async (t) => {
  const file = temporaryFile(t);
  await openStore(t, { file }).close();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA user_version = 99; PRAGMA journal_mode = DELETE');
  database.close();
  const before = readFileSync(file);
  refuses(file, new RegExp(`version 99, .* up to ${otpStoreKind.migrations.length}: .*newer gsp-otp`));
  refuses(file, new RegExp(`version 99, .* up to ${otpStoreKind.migrations.length}`), { beside: 'read' });
  assert.deepEqual(readFileSync(file), before);
});

test('a reader of a database that needs a migration is told so', (t) => {
  const file = temporaryFile(t);
  new DatabaseSync(file).close();
  refuses(
    file,
    new RegExp(`version 0, this program needs ${otpStoreKind.migrations.length}: run gsp-otp migrate`),
    {
      beside: 'read',
    },
  );
});

test('a database of another program is refused and stays as it was', (t) => {
  const file = temporaryFile(t);
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE request (id INTEGER PRIMARY KEY); INSERT INTO request VALUES (7)');
  database.close();
  const before = readFileSync(file);
  refuses(file, /another program/);
  assert.deepEqual(readFileSync(file), before);
});

test('a file that is no database, or a damaged one, is refused', async (t) => {
  const file = temporaryFile(t);
  writeFileSync(file, 'accounts of March\n'.repeat(100));
  refuses(file, /not a SQLite database/);

  const damaged = join(dirname(file), 'damaged.sqlite');
  await openStore(t, { file: damaged }).close();
  const bytes = readFileSync(damaged);
  writeFileSync(damaged, bytes.fill(0x5a, 100, 4096));
  refuses(damaged, /damaged|malformed/);
});

test('a database with another schema is refused, and let go of', async (t) => {
  const file = temporaryFile(t);
  await openStore(t, { file }).close();
  const database = new DatabaseSync(file);
  database.exec('CREATE VIEW strange AS SELECT 1');
  refuses(file, /holds the view "strange", which is not ours/);
  refuses(file, /holds the view "strange"/, { beside: 'read' });
  database.exec('DROP VIEW strange');
  database.close();
  await openStore(t, { file }).check();
});

test('a missing file is made with its folder, for its owner alone; a reader makes none', async (t) => {
  const file = join(dirname(temporaryFile(t)), 'data', 'otp.sqlite');
  refuses(file, /is not there/, { beside: 'read' });
  assert.equal(existsSync(file), false);
  const store = openStore(t, { file });
  await issue(store, 'send-1');
  for (const suffix of ['', '-wal', '-shm', '-lock']) {
    assert.equal(statSync(file + suffix).mode & 0o777, 0o600, suffix);
  }
  assert.deepEqual(store.migration, { fromVersion: 0, toVersion: otpStoreKind.migrations.length });
  await store.close();
  assert.deepEqual(openStore(t, { file }).migration, {
    fromVersion: otpStoreKind.migrations.length,
    toVersion: otpStoreKind.migrations.length,
  });
});

test('a commit is on the disk when it returns', (t) => {
  const opened: DatabaseSync[] = [];
  openStore(t, {
    open: (file, options) => {
      const database = new DatabaseSync(file, options);
      opened.push(database);
      return database;
    },
  });
  const setting = (name: string) => Object.values(opened.at(-1)?.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  assert.equal(setting('journal_mode'), 'wal');
  assert.equal(setting('synchronous'), 2);
});

test('a store in memory needs no file, and forgets', async () => {
  const options = { file: ':memory:', environment: 'sandbox' } as const;
  const store = openSqliteOtpStore(options);
  await issue(store, 'send-1');
  const other = openSqliteOtpStore(options);
  assert.equal(await other.findChallenge('send-1'), undefined);
  await Promise.all([store.close(), other.close()]);
});
