import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import {
  type DirectoryFile,
  openDirectoryFile,
} from '../../../../src/adapters/directory/sqlite/directory-file.ts';
import { directoryKind } from '../../../../src/adapters/directory/sqlite/migrations.ts';
import {
  FIND_BY_ACCOUNT_ID,
  FIND_BY_ASSOCIATION_ID,
  FIND_BY_PHONE_NUMBER,
  openSqliteDirectory,
} from '../../../../src/adapters/directory/sqlite/sqlite-directory.ts';
import { openDatabase } from '../../../../src/adapters/sqlite/open-database.ts';
import type { AccountDirectory } from '../../../../src/ports/account-directory.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineIn } from '../../../contracts/directory/directory-factory.ts';
import { fill, newLocation } from './directory-under-test.ts';

const soon = deadlineIn(2000);
const maria = { accountId: 'wallet-1', phoneNumber: '+14035550101', associationIds: ['as-1'] };

function open(t: TestContext, location: DirectoryFile): AccountDirectory {
  const directory = openSqliteDirectory(location);
  t.after(() => directory.close());
  return directory;
}

test('a directory that is not there is made, for its owner alone, and is empty', async (t) => {
  const location = newLocation(t);
  const directory = open(t, location);
  assert.equal(await directory.findByAssociationId('as-1', soon), undefined);
  fill(location, [maria]);
  for (const file of [location.file, `${location.file}-wal`, `${location.file}-shm`]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }
  assert.equal(statSync(dirname(location.file)).mode & 0o777, 0o700);
});

test('a change of another process is seen at once, when it is committed and not before', async (t) => {
  const location = newLocation(t);
  const directory = open(t, location);
  const writer = openDirectoryFile(location, { create: false });
  t.after(() => writer.close());
  const statusNow = async () => (await directory.findByAssociationId('as-1', soon))?.status;

  assert.equal(await statusNow(), undefined);
  fill(location, [maria]);
  assert.equal(await statusNow(), 'active');
  writer.exec("BEGIN IMMEDIATE; UPDATE accounts SET status = 'closed'");
  assert.equal(await statusNow(), 'active');
  writer.exec('COMMIT');
  assert.equal(await statusNow(), 'closed');
});

test('a command reads a restored file, which has no log until a server opens it', async (t) => {
  const location = newLocation(t);
  fill(location, [maria]);
  const restored = new DatabaseSync(location.file);
  restored.exec('PRAGMA journal_mode = DELETE');
  restored.close();
  const directory = openSqliteDirectory(location, { readOnly: true });
  t.after(() => directory.close());
  await directory.check(soon);
  assert.equal((await directory.findByAssociationId('as-1', soon))?.accountId, 'wallet-1');
});

/** What the log holds, as an import does at its end. */
function moveIntoDatabase(location: DirectoryFile): void {
  const database = openDirectoryFile(location, { create: false });
  database.exec('PRAGMA wal_checkpoint');
  database.close();
}

const overwritings: Readonly<Record<string, (file: string, other: string) => void>> = {
  'another directory': (file, other) => copyFileSync(other, file),
  'an older copy': (file) => copyFileSync(`${file}.older`, file),
  nothing: (file) => truncateSync(file),
  'the half of it': (file) => truncateSync(file, statSync(file).size / 2),
};

for (const [what, write] of Object.entries(overwritings)) {
  test(`[SO-11] a directory that ${what} is written over is found at the next look, and nobody is looked up`, async (t) => {
    const [location, other] = [newLocation(t), newLocation(t)];
    fill(location, [maria]);
    fill(other, [{ ...maria, accountId: 'wallet-2' }]);
    copyFileSync(location.file, `${location.file}.older`);
    const directory = openSqliteDirectory(location);
    t.after(() => directory.close());
    fill(location, [{ ...maria, accountId: 'wallet-3', associationIds: ['as-3'] }]);
    moveIntoDatabase(location);
    assert.equal(directory.fault(), undefined);
    utimesSync(location.file, 1, 1);
    assert.equal(directory.fault(), undefined, 'touched');
    write(location.file, other.file);
    assert.match(String(directory.fault()), /accounts\.sqlite was emptied or written over while it was open/);
    await assert.rejects(directory.findByAssociationId('as-1', soon), { name: 'UnavailableError' });
    await assert.rejects(directory.check(soon), { name: 'UnavailableError' });
  });
}

test('[ENV-1] a directory of one environment is refused in the other', (t) => {
  const location = newLocation(t);
  openSqliteDirectory(location).close();
  assert.throws(() => openSqliteDirectory({ ...location, environment: 'production' }), {
    name: 'UnavailableError',
    message: new RegExp(`^${location.file} belongs to the sandbox environment, this is production`),
  });
});

test('a directory written by a newer version is refused and left as it is', (t) => {
  const location = newLocation(t);
  fill(location, [maria]);
  const database = new DatabaseSync(location.file);
  database.exec('PRAGMA user_version = 99');
  assert.throws(() => openSqliteDirectory(location), {
    name: 'UnavailableError',
    message: /has schema version 99, this program knows versions up to \d+: run a newer gsp-otp/,
  });
  assert.deepEqual(Object.values(database.prepare('PRAGMA user_version').get() ?? {}), [99]);
  database.close();
});

test('another database is refused and left as it is', (t) => {
  const location = newLocation(t);
  fill(location, []);
  const database = new DatabaseSync(location.file);
  database.exec('PRAGMA application_id = 7');
  assert.throws(() => openSqliteDirectory(location), {
    message: /is not an account directory, but the database of another program/,
  });
  database.close();
});

for (const [column, value] of [
  ['status', 'aktive'],
  ['phone_number', '4035550101'],
  ['phone_number', ''],
  ['language', ''],
  ['account_id', ''],
] as const) {
  test(`[SO-11] an account whose ${column} is ${inspect(value)} is an error and not an answer`, async (t) => {
    const location = newLocation(t);
    fill(location, [maria]);
    const database = new DatabaseSync(location.file);
    assert.throws(() => database.prepare(`UPDATE accounts SET ${column} = ?`).run(value), /CHECK/);
    database.exec('PRAGMA ignore_check_constraints = ON');
    database.prepare(`UPDATE accounts SET ${column} = ?`).run(value);
    database.close();
    const directory = open(t, location);
    await assert.rejects(directory.findByAssociationId('as-1', soon), {
      name: 'UnavailableError',
      message: `the account directory holds a ${column} that makes no sense, in row 1 of its accounts`,
    });
  });
}

test('an error of the database is UnavailableError, with its cause', async (t) => {
  const location = newLocation(t);
  fill(location, [maria]);
  const directory = open(t, location);
  const database = new DatabaseSync(location.file);
  database.exec('DROP TABLE associations; DROP TABLE accounts');
  database.close();
  for (const question of [
    () => directory.findByAssociationId('as-1', soon),
    () => directory.findByPhoneNumber(new Secret('+14035550101'), soon),
  ]) {
    await assert.rejects(question, (error: Error) => {
      assert.equal(error.name, 'UnavailableError');
      assert.match(String(error.cause), /no such table/);
      return true;
    });
  }
  await assert.rejects(directory.check(soon), {
    name: 'UnavailableError',
    message: /lacks the table "accounts"/,
  });
});

test('a look-up goes through indexes only, so that its cost does not grow with the directory', (t) => {
  const location = newLocation(t);
  fill(location, [maria]);
  const database = new DatabaseSync(location.file, { readOnly: true });
  t.after(() => database.close());
  for (const query of [FIND_BY_ASSOCIATION_ID, FIND_BY_ACCOUNT_ID, FIND_BY_PHONE_NUMBER]) {
    const steps = database
      .prepare(`EXPLAIN QUERY PLAN ${query}`)
      .all('x')
      .map(({ detail }) => String(detail));
    for (const step of steps)
      assert.match(step, /^SEARCH .* USING (COVERING )?(INDEX|PRIMARY KEY|INTEGER PRIMARY KEY)/);
  }
});

test('a directory of the first version is brought to this one, with all that is in it', async (t) => {
  const location = newLocation(t);
  mkdirSync(dirname(location.file));
  const first = { ...directoryKind, migrations: directoryKind.migrations.slice(0, 1) };
  const { database } = openDatabase(first, { ...location, access: 'create', waitMs: 100 });
  database.exec(`
    INSERT INTO accounts (account_id, status, phone_number) VALUES ('wallet-1', 'active', '+14035550101');
    INSERT INTO associations VALUES ('as-1', 1);
  `);
  database.close();
  const directory = open(t, location);
  const found = await directory.findByPhoneNumber(new Secret('+14035550101'), soon);
  assert.deepEqual(
    found.map(({ accountId, preferred = false }) => [accountId, preferred]),
    [['wallet-1', false]],
  );
  assert.equal((await directory.findByAssociationId('as-1', soon))?.accountId, 'wallet-1');
});
