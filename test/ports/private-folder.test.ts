import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { beginBackup } from '../../src/adapters/sqlite/backup-folder.ts';
import { openDatabase } from '../../src/adapters/sqlite/open-database.ts';
import { otpStoreKind } from '../../src/adapters/storage/sqlite/migrations.ts';
import { openSqliteOtpStore } from '../../src/adapters/storage/sqlite/otp-store.ts';
import { loadOrMakeSecret } from '../../src/config/load-secret.ts';
import { makePrivateFolder } from '../../src/ports/private-folder.ts';
import { UnavailableError } from '../../src/ports/unavailable.ts';

const root = mkdtempSync(join(tmpdir(), 'private-folder-'));
after(() => rmSync(root, { recursive: true }));

test('a folder and those above it are made for their owner alone, and one that is there stays as it is', () => {
  const folder = join(root, 'a', 'b', 'c');
  makePrivateFolder(folder);
  for (const made of [join(root, 'a'), join(root, 'a', 'b'), folder]) {
    assert.equal(statSync(made).mode & 0o777, 0o700);
  }
  const open = join(root, 'open');
  mkdirSync(open);
  const before = statSync(open).mode;
  makePrivateFolder(open);
  assert.equal(statSync(open).mode, before);
});

test('what is no folder, or leads to nothing, is named', () => {
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'gone', 'away'), join(root, 'link'));
  for (const name of ['file', 'link']) {
    for (const folder of [join(root, name), join(root, name, 'below')]) {
      assert.throws(
        () => makePrivateFolder(folder),
        (error) => error instanceof UnavailableError && error.message.includes(`folder ${join(root, name)}`),
      );
    }
  }
});

test('where the system lets nobody make a folder, each that would make one ends, and says which', {
  skip: process.platform !== 'linux' && 'only Linux has /proc',
}, () => {
  for (const folder of ['/proc/x', '/proc/x/y', '/proc/self/x']) {
    const [, kernels] = /^(\/proc(?:\/self)?)/.exec(folder) ?? [];
    const refused = new UnavailableError(
      `the folder ${kernels}/x can't be made: nothing can be made in ${kernels}`,
    );
    const order = { file: join(folder, 'otp.sqlite'), environment: 'sandbox' } as const;
    assert.throws(() => makePrivateFolder(folder), refused);
    assert.throws(() => beginBackup(folder), refused);
    assert.throws(() => openDatabase(otpStoreKind, { ...order, access: 'create', waitMs: 0 }), refused);
    assert.throws(() => openSqliteOtpStore(order), refused);
    const terms = { sandbox: true, minLength: 1, mayBeSeen: false, onCommandLine: false, env: {} };
    const made = loadOrMakeSecret(join(folder, 'secret'), terms);
    assert.ok(made.kind === 'faulty' && made.reason === refused.message, JSON.stringify(made));
  }
});
