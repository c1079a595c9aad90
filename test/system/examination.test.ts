import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { serveSample } from '../support/served.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');

/** The commands of a page that examine our own server, as they are printed there. */
function blockOf(page: string): readonly string[] {
  const [, block = ''] =
    /\n\n((?: {4}\.\/bin\/gsp-otp\.js .*\n)+)/.exec(page.slice(page.search(/^ {4}.*examined/m) - 2)) ?? [];
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

test('README and docs/conformance.md examine with one block', () => {
  const block = blockOf(read('README.md'));
  assert.deepEqual(block, blockOf(read('docs/conformance.md')));
  assert.equal(block.length, 3);
});

test('that block, literally but for ports and folder, leaves nothing untested for want of texts', async (t) => {
  const [, serve = '', conformance = ''] = blockOf(read('README.md')).map((line) =>
    line.replace('./bin/gsp-otp.js ', ''),
  );
  const [, ...flags] = serve.replace(' --set dataDirectory=./examined &', '').split(' ');
  assert.deepEqual(flags, ['--for-examination']);
  // Imports the sample accounts, as the first line does.
  const { url, operatorUrl } = await serveSample(t, ...flags);
  const folder = temporaryDirectory(t);
  const config = join(folder, 'conformance.yaml');
  const [words, file = ''] = conformance.split(' --config ');
  assert.equal(words, 'conformance');
  writeFileSync(
    config,
    read(file)
      .replace('http://localhost:8080', new URL(url).origin)
      .replace('http://localhost:8081', new URL(operatorUrl).origin),
  );
  // Those that take texts and wrong codes; the others need no limits.
  const only = ['send-otp', 'verify-otp', 'IDEM'];
  const { code, stdout } = await runHere([
    'conformance',
    '--config',
    config,
    '--report',
    'json',
    '--only',
    ...only,
  ]);
  const { checks } = JSON.parse(stdout) as {
    readonly checks: readonly {
      readonly id: string;
      readonly outcome: string;
      readonly message: string | null;
    }[];
  };
  assert.ok(checks.length > 60, `${checks.length} checks`);
  const missed = checks.filter(
    ({ outcome, message }) => outcome !== 'passed' && !/^needs /.test(message ?? ''),
  );
  assert.deepEqual(missed, []);
  assert.equal(code, 0);
});

test('limits for an examiner are refused in production', async () => {
  const { code, stderr } = await runHere(['serve', '--for-examination', '--set', 'profile=production']);
  assert.equal(code, 2);
  assert.match(stderr, /for the sandbox only\nLeave --for-examination out/);
});
