import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../support/cli-process.ts';
import { storeSettings } from '../../support/postgres/connection.ts';
import { testSchema } from '../../support/postgres/schema.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('accounts that one machine imports into PostgreSQL, another one shows and changes', async (t) => {
  const store = storeSettings(await testSchema());
  const machine = () => {
    const dataDirectory = temporaryDirectory(t);
    const settings = Object.entries({ ...store, dataDirectory, 'directory.kind': 'postgres' });
    const set = settings.flatMap(([name, value]) => ['--set', `${name}=${given(value)}`]);
    const run = (...words: readonly string[]) => runCli(['accounts', ...words, '--json', ...set]);
    return { dataDirectory, run };
  };
  const [one, other] = [machine(), machine()];
  const file = join(one.dataDirectory, 'accounts.csv');
  writeFileSync(file, 'accountId,status,phoneNumber,associationIds\nw-1,active,+14035550101,as-1 as-2\n');

  const imported = await one.run('import', file);
  assert.equal(imported.code, 0, imported.stderr);
  const closed = await other.run('set-status', 'w-1', 'closed-fraud', '--yes');
  assert.equal(closed.code, 0, closed.stderr);
  const shown = await one.run('show', '--association-id', 'as-2');
  assert.equal(shown.code, 0, shown.stderr);
  const [account] = JSON.parse(shown.stdout);
  assert.deepEqual([account.accountId, account.status], ['w-1', 'closed-fraud']);
  assert.doesNotMatch(shown.stdout, /4035550101/);
});

/** As `--set` reads it. */
function given(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
