import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** Where no program is found, not even the one that installs others. */
function runWithout(env: Readonly<Record<string, string>>) {
  const files = [
    'test/codecs/openpgp/sequoia.test.ts',
    'test/codecs/openpgp/gnupg.test.ts',
    'test/protocol/content-type.test.ts',
  ];
  return spawnSync(process.execPath, ['tools/run-tests.ts', ...files], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: '/nowhere', ...env },
  });
}

test('tests whose programs are missing are left out, by name and with what installs them', () => {
  const { status, stdout, stderr } = runWithout({});
  assert.match(stderr, /Missing: gnupg sqop .*\. 2 of 3 test files need them and are left out\./);
  assert.match(stderr, /sudo apt-get install gnupg sqop /);
  assert.match(stdout, /fail 0/);
  assert.equal(status, 0);
});

test('of pure tests none starts a process, and in the end stands what took how long', () => {
  const files = ['test/tools/run-tests.test.ts', 'test/protocol/content-type.test.ts'];
  const { status, stdout } = spawnSync(process.execPath, ['tools/run-tests.ts', '--pure', ...files], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: '/nowhere' },
  });
  assert.equal(status, 0);
  assert.match(stdout, /^All took .* s.* The slowest:\n +\d+\.\d s {2}test-protocol-1\.mjs\n$/m);
});

test('where everything has to be tested, a missing program is an error', () => {
  const { status, stdout } = runWithout({ CI: 'true' });
  assert.deepEqual([status, stdout], [1, '']);
});
