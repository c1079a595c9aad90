import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { startCli } from '../../support/cli-process.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('demo --once tells the whole story and leaves nothing behind', async (t) => {
  const TMPDIR = temporaryDirectory(t);
  const { code, stdout, stderr } = await runHere(['demo', '--once'], { env: { TMPDIR } });
  assert.deepEqual([code, stderr], [0, '']);
  const results = [...stdout.matchAll(/^ {3}200 (\w+), after \d+ ms$/gm)].map(([, result]) => result);
  const others = ['UNKNOWN_PHONE_NUMBER', 'SUCCESS', 'SUCCESS', 'OTP_LIMIT_REACHED'];
  assert.deepEqual(results, ['SUCCESS', 'SUCCESS', 'SUCCESS', ...others]);
  assert.match(stdout, /^ {3}The bank's handler asks .*: SUCCESS, it is wallet-1001\.$/m);
  assert.match(stdout, /^ {3}╭─ To \+12025550101 ─+╮$/m);
  assert.match(stdout, /The same answer; texts sent so far: 1/);
  assert.ok(!stdout.includes('"requestHeader"'));
  assert.deepEqual(readdirSync(TMPDIR), []);
});

for (const kind of ['pgp', 'jwe']) {
  test(`demo --sealed ${kind} tells the same story, with keys made on the spot`, async (t) => {
    const TMPDIR = temporaryDirectory(t);
    const { code, stdout, stderr } = await runHere(['demo', '--once', '--sealed', kind], { env: { TMPDIR } });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Every body is signed and encrypted: .*\n {3}the integrator's {2}\S+/);
    assert.match(stdout, /The same answer; texts sent so far: 1/);
    assert.deepEqual(readdirSync(TMPDIR), []);
  });
}

test('demo --verbose shows the JSON, and a port that is taken is no obstacle', async (t) => {
  const squatter = createServer();
  squatter.on('error', () => undefined);
  squatter.listen(8080, '127.0.0.1');
  // Whether by this test or by somebody else: it is taken now.
  await Promise.race([once(squatter, 'listening'), once(squatter, 'error').catch(() => undefined)]);
  t.after(() => squatter.close());
  const { code, stdout } = await runHere(['demo', '--once', '--verbose'], {
    env: { TMPDIR: temporaryDirectory(t) },
  });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^Port 8080 is taken: a free one will do\.$/m);
  assert.match(stdout, /"smsMatchingToken"[\s\S]*"result": "SUCCESS"/);
});

test('Ctrl-C in the middle of the story ends it, and leaves nothing behind', async (t) => {
  const TMPDIR = temporaryDirectory(t);
  const child = startCli(['demo', '--once'], { env: { TMPDIR } });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
  assert.deepEqual(readdirSync(TMPDIR), []);
});

test('the demo goes on serving until Ctrl-C, then cleans up', async (t) => {
  const TMPDIR = temporaryDirectory(t);
  const child = startCli(['demo'], { env: { TMPDIR } });
  const ended = once(child, 'exit');
  let told = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    told += chunk;
    if (told.includes('explain ID')) break;
  }
  const [, url] = /--url (\S+)/.exec(told) ?? [];
  const echoed = await runHere(['call', 'echo', '--url', url ?? '']);
  assert.equal(echoed.code, 0, echoed.stderr);
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(readdirSync(TMPDIR), []);
});
