import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openAccountEditor } from '../../../src/adapters/directory/sqlite/account-editor.ts';
import { openImportTarget } from '../../../src/adapters/directory/sqlite/import-target.ts';
import { directoryKind } from '../../../src/adapters/directory/sqlite/migrations.ts';
import { openSqliteDirectory } from '../../../src/adapters/directory/sqlite/sqlite-directory.ts';
import type { DatabaseKind } from '../../../src/adapters/sqlite/database-kind.ts';
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts';
import { otpStoreKind } from '../../../src/adapters/storage/sqlite/migrations.ts';
import { openStore, temporaryFile } from '../storage/sqlite/store-under-test.ts';

const ENDLESS = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT';

/** What somebody else may have written into a file of ours, by what is said of it. */
const hostile: Readonly<Record<string, (kind: DatabaseKind) => string>> = {
  'holds the view "accounts_of_all"': () => `CREATE VIEW accounts_of_all AS ${ENDLESS} i FROM n`,
  'holds the view "large"': () => 'CREATE VIEW large AS SELECT hex(zeroblob(400000000)) AS account_id',
  'holds the trigger "loops"': (kind) =>
    `CREATE TRIGGER loops AFTER UPDATE ON ${tableOf(kind)} BEGIN SELECT count(*) FROM (${ENDLESS} i FROM n); END`,
  'holds the table "more"': () => 'CREATE TABLE more (x)',
  'holds the index "slow"': (kind) => `CREATE INDEX slow ON ${tableOf(kind)} (${columnOf(kind)})`,
  'lacks the index "request_account"|lacks the index "accounts_by_phone_number"': (kind) =>
    `DROP INDEX ${kind === directoryKind ? 'accounts_by_phone_number' : 'request_account'}`,
  'holds the table "(request|accounts)", but not as we define it': (kind) =>
    `ALTER TABLE ${tableOf(kind)} ADD COLUMN generated TEXT AS (hex(zeroblob(400000000)))`,
  'holds the view "(request|accounts)"': (kind) =>
    `DROP TABLE ${tableOf(kind)}; CREATE VIEW ${tableOf(kind)} AS ${ENDLESS} i AS ${columnOf(kind)} FROM n`,
  'does not say which environment': (kind) =>
    kind === directoryKind ? 'DELETE FROM environment' : `DELETE FROM meta WHERE name = 'environment'`,
};

function tableOf(kind: DatabaseKind): string {
  return kind === directoryKind ? 'accounts' : 'request';
}

function columnOf(kind: DatabaseKind): string {
  return kind === directoryKind ? 'language' : 'owner';
}

/** A sound file, to which `sql` was done. */
function fileWith(t: TestContext, kind: DatabaseKind, sql: string): string {
  const file = temporaryFile(t);
  openDatabase(kind, { file, environment: 'sandbox', access: 'create', waitMs: 0 }).database.close();
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
  return file;
}

for (const kind of [otpStoreKind, directoryKind]) {
  for (const [words, change] of Object.entries(hostile)) {
    test(`${kind.name} is refused, for reading and for writing, when it ${words}`, (t) => {
      const file = fileWith(t, kind, change(kind));
      for (const access of ['read', 'write', 'create'] as const) {
        assert.throws(
          () => openDatabase(kind, { file, environment: 'sandbox', access, waitMs: 0 }),
          (error: Error) => error.name === 'UnavailableError' && new RegExp(words).test(error.message),
        );
      }
    });
  }

  test(`${kind.name} stays ours after VACUUM, ANALYZE and an integrity check`, (t) => {
    const file = fileWith(t, kind, 'VACUUM; ANALYZE; PRAGMA optimize; PRAGMA integrity_check');
    openDatabase(kind, { file, environment: 'sandbox', access: 'write', waitMs: 0 }).database.close();
  });

  test(`${kind.name} that waits to be restored is not opened`, (t) => {
    const file = fileWith(t, kind, `PRAGMA application_id = ${kind.backupId}`);
    assert.throws(
      () => openDatabase(kind, { file, environment: 'sandbox', access: 'write', waitMs: 0 }),
      /is a copy that gsp-otp backup made/,
    );
  });

  test(`no link that leads to nothing is followed to make ${kind.name}`, (t) => {
    const file = temporaryFile(t);
    const elsewhere = join(dirname(file), 'elsewhere');
    symlinkSync(elsewhere, file);
    assert.throws(
      () => openDatabase(kind, { file, environment: 'sandbox', access: 'create', waitMs: 0 }),
      /is a link that leads to nothing/,
    );
    assert.equal(existsSync(elsewhere), false);
  });
}

test('every way to the account directory goes through the same door', (t) => {
  const location = {
    file: fileWith(t, directoryKind, 'CREATE VIEW v AS SELECT 1'),
    environment: 'sandbox',
  } as const;
  assert.throws(() => openSqliteDirectory(location), /holds the view "v"/);
  assert.throws(() => openAccountEditor(location), /holds the view "v"/);
  assert.throws(() => openImportTarget(location), /holds the view "v"/);
});

test('a value larger than any of ours is not read', (t) => {
  const file = fileWith(
    t,
    directoryKind,
    "INSERT INTO accounts (account_id, status) VALUES (hex(zeroblob(4000000)), 'active')",
  );
  const { database } = openDatabase(directoryKind, {
    file,
    environment: 'sandbox',
    access: 'read',
    waitMs: 0,
  });
  t.after(() => database.close());
  assert.throws(() => database.prepare('SELECT * FROM accounts').all(), /too big/);
});

test('staging an import follows no link that was laid in its way', async (t) => {
  const file = fileWith(t, directoryKind, '');
  const victim = join(dirname(file), 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, `${file}.import-${process.pid}`);
  await openImportTarget({ file, environment: 'sandbox' }).close();
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
  const store = openStore(t, { file: join(dirname(file), 'store', 'otp.sqlite') });
  await store.check();
});
