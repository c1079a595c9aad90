import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chownSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileOfDirectory } from '../../src/adapters/directory/sqlite/open-directory.ts';
import { restoreFiles } from '../../src/adapters/sqlite/backup.ts';
import { openPlainly } from '../../src/adapters/sqlite/open-database.ts';
import { putInPlace } from '../../src/adapters/sqlite/restored-file.ts';
import { lockForServer } from '../../src/adapters/storage/sqlite/server-lock.ts';
import { restore } from '../../src/operations/backup.ts';
import { storeOf } from '../../src/wiring/data-kinds.ts';
import { startApplication } from '../support/test-application.ts';
import { asRoot, backedUp, copied } from './backups-under-test.ts';

test('a restore that is stopped changes nothing and leaves nothing behind', async (t) => {
  const { settings, folder, left, store } = await copied(t);
  const before = readFileSync(store).toString('base64');
  const stop = AbortSignal.abort(new Error('stopped'));
  await assert.rejects(restore(settings, folder, stop), /^Error: stopped$/);
  assert.deepEqual(left(), []);
  assert.equal(readFileSync(store).toString('base64'), before);
});

test('a store that a server has locked is not restored', async (t) => {
  const { settings, folder, left, store } = await copied(t);
  const lock = lockForServer(store, openPlainly);
  await assert.rejects(restore(settings, folder), /another process serves from .*otp\.sqlite/);
  assert.deepEqual(left(), []);
  lock.close();
  await restore(settings, folder);
});

test('no server starts while a restore is at work, and one does after it', async (t) => {
  const { settings, folder } = await copied(t);
  const { row, terms } = storeOf(settings);
  const start = async () => (await row.open(terms, 'serve')).store.close();
  const file = await row.file?.(terms);
  assert.ok(file?.endCodes);
  let tried: Promise<void> | undefined;
  const endCodes = () => {
    tried = assert.rejects(start(), /another process serves from .*otp\.sqlite/);
    return 0;
  };
  const directory = await fileOfDirectory({ ...terms, settings: settings.directory });
  await restoreFiles([{ ...file, endCodes }, directory], folder, () => () => undefined);
  assert.ok(tried);
  await tried;
  await start();
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
