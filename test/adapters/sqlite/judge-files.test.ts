import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openAccountEditor } from '../../../src/adapters/directory/sqlite/account-editor.ts';
import { openDirectory } from '../../../src/adapters/directory/sqlite/open-directory.ts';
import { openSqliteDirectory } from '../../../src/adapters/directory/sqlite/sqlite-directory.ts';
import { judgeFiles } from '../../../src/adapters/sqlite/judge-files.ts';
import { fileOfStore, inspectStore, openStore } from '../../../src/adapters/storage/sqlite/open-store.ts';
import { openSqliteOtpStore } from '../../../src/adapters/storage/sqlite/otp-store.ts';
import { markStore } from '../../../src/adapters/storage/sqlite/store-mark.ts';
import { temporaryFile } from '../storage/sqlite/store-under-test.ts';

/** What may have the name of a file, by what is said of it. */
const irregular: Readonly<Record<string, (t: TestContext, file: string) => unknown>> = {
  'a directory': (_, file) => mkdirSync(file),
  'a pipe': (_, file) => execFileSync('mkfifo', [file]),
  'a socket': async (t, file) => {
    const server = createServer().listen(file);
    t.after(() => server.close());
    await once(server, 'listening');
  },
  'a device': (_, file) => symlinkSync('/dev/null', file),
};

/** A store, or a directory, in the folder of that file. */
function termsOf(file: string) {
  return {
    settings: { kind: 'sqlite' },
    environment: 'production',
    dataDirectory: dirname(file),
  } as const;
}

function refusal(file: string, kind: string) {
  return (error: Error) =>
    error.name === 'UnavailableError' &&
    error.message ===
      `${file} is ${kind}, not a regular file: move it away, or name another folder for the databases`;
}

for (const [kind, make] of Object.entries(irregular)) {
  test(`${kind} in the place of a database, or of a file beside it, is told and not opened`, async (t) => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      const file = temporaryFile(t);
      await make(t, file + suffix);
      // Of what SQLite keeps beside a database it follows no link.
      const told = suffix !== '' && kind === 'a device' ? 'a link' : kind;
      for (const access of ['read', 'write'] as const) {
        assert.throws(() => judgeFiles(file, access), refusal(file + suffix, told));
      }
    }
  });
}

test('the bytes of a database are told, and 0 where there is none', (t) => {
  const file = temporaryFile(t);
  assert.equal(judgeFiles(file, 'write'), 0);
  writeFileSync(file, 'twelve bytes');
  assert.equal(judgeFiles(file, 'write'), 12);
});

test('where the database is a link, the files beside the one that it leads to are judged', (t) => {
  const file = temporaryFile(t);
  const elsewhere = join(dirname(file), 'elsewhere');
  writeFileSync(elsewhere, '');
  symlinkSync(elsewhere, file);
  assert.equal(judgeFiles(file, 'write'), 0);
  mkdirSync(`${elsewhere}-wal`);
  assert.throws(() => judgeFiles(file, 'read'), refusal(`${elsewhere}-wal`, 'a directory'));
});

test('every door to the store names what is no regular file, and none advises a new store', async (t) => {
  for (const suffix of ['', '-wal', '-shm', '-journal', '-lock']) {
    const file = temporaryFile(t);
    await openSqliteOtpStore({ file, environment: 'production' }).close();
    // One was made here before, which is what the advice is for.
    markStore(file);
    rmSync(file + suffix, { force: true });
    mkdirSync(file + suffix);
    const terms = termsOf(file);
    const doors: Readonly<Record<string, () => unknown>> = {
      serve: () => openStore(terms, 'serve'),
      make: () => openStore(terms, 'make'),
      inspect: () => inspectStore(terms, 'serve'),
      restore: async () => (await fileOfStore(terms)).lock?.(),
      // It asks for no lock.
      ...(suffix !== '-lock' && { read: () => openStore(terms, 'read') }),
    };
    for (const [name, open] of Object.entries(doors)) {
      await assert.rejects(async () => open(), refusal(file + suffix, 'a directory'), name + suffix);
    }
  }
});

test('every door to the account directory names what is no regular file', async (t) => {
  const file = join(dirname(temporaryFile(t)), 'accounts.sqlite');
  mkdirSync(file);
  const location = { file, environment: 'sandbox' } as const;
  const refused = refusal(file, 'a directory');
  assert.throws(() => openSqliteDirectory(location), refused);
  assert.throws(() => openSqliteDirectory(location, { readOnly: true }), refused);
  assert.throws(() => openAccountEditor(location), refused);
  for (const access of ['serve', 'make', 'read'] as const) {
    await assert.rejects(openDirectory(termsOf(file), access), refused);
  }
});
