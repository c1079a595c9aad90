import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { directoryKind } from '../../src/adapters/directory/sqlite/migrations.ts';
import { openDatabase, schemaVersionOf } from '../../src/adapters/sqlite/open-database.ts';
import { otpStoreKind } from '../../src/adapters/storage/sqlite/migrations.ts';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('databases of every older schema are backed up as they are, and restored in the present one', async (t) => {
  const oldest = Math.max(otpStoreKind.migrations.length, directoryKind.migrations.length) - 1;
  for (let version = 1; version <= oldest; version += 1) {
    const dataDirectory = join(temporaryDirectory(t), 'data');
    const backup = join(dataDirectory, '..', 'backup');
    const run = (...words: readonly string[]) =>
      runHere([...words, '--set', `dataDirectory=${dataDirectory}`]);
    const files = [
      [otpStoreKind, join(dataDirectory, 'otp.sqlite')],
      [directoryKind, join(dataDirectory, 'accounts.sqlite')],
    ] as const;
    for (const [kind, file] of files) {
      const older = { ...kind, migrations: kind.migrations.slice(0, version) };
      openDatabase(older, { file, environment: 'sandbox', access: 'create', waitMs: 0 }).database.close();
    }
    const versions = () => files.map(([kind, file]) => schemaVersionOf(kind, file));
    const older = versions();

    const made = await run('backup', backup);
    assert.equal(made.code, 0, made.stderr);
    assert.deepEqual(versions(), older, 'a backup changes nothing');
    assert.equal((await run('migrate')).code, 0);
    const restored = await run('restore', backup, '--yes');
    assert.equal(restored.code, 0, restored.stderr);
    assert.deepEqual(
      versions(),
      files.map(([kind]) => kind.migrations.length),
    );
  }
});

test('an empty file is no database to back up', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  writeFileSync(join(dataDirectory, 'otp.sqlite'), '');
  const backup = join(dataDirectory, 'backup');
  const { code, stderr } = await runHere(['backup', backup, '--set', `dataDirectory=${dataDirectory}`]);
  assert.equal(code, 1);
  assert.match(stderr, /otp\.sqlite is empty: there is nothing to copy/);
});
