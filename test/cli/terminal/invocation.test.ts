import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asTyped, commandOf } from '../../../src/cli/terminal/invocation.ts';
import { runHere } from '../../support/cli-here.ts';

const clone = '/home/b/gsp-otp/bin/gsp-otp.js';

for (const [launcher, cwd, command] of [
  [clone, '/home/b/gsp-otp', './bin/gsp-otp.js'],
  [clone, '/home/b/gsp-otp/docs', clone],
  [clone, '/srv', clone],
  ["/home/b c's/gsp-otp/bin/gsp-otp.js", '/srv', "'/home/b c'\\''s/gsp-otp/bin/gsp-otp.js'"],
  ['/usr/lib/node_modules/gsp-otp/bin/gsp-otp.js', '/srv', 'gsp-otp'],
  ['/srv/node_modules/gsp-otp/bin/gsp-otp.js', '/srv', 'gsp-otp'],
] as const) {
  test(`${launcher} is typed ${command} in ${cwd}`, () => assert.equal(commandOf(launcher, cwd), command));
}

test('what is printed can be copied into a shell, in a clone too', async (t) => {
  const { stdout } = await runHere(['call', '--help'], { cwd: '/' });
  const examples = [...stdout.matchAll(/^ {2}\$ (\S+) call /gm)].map(([, command]) => command ?? '');
  assert.ok(examples.length > 2);
  assert.ok(
    examples.every((command) => command.endsWith('/bin/gsp-otp.js')),
    examples[0],
  );
  const { stderr } = await runHere(['explain', 'nobody', '--set', 'dataDirectory=/nowhere'], { cwd: '/' });
  t.diagnostic(stderr);
  assert.doesNotMatch(stderr, /[`$] ?gsp-otp /);
});

test('prose, prefixes and program names stay as they are', () => {
  for (const text of ['gsp-otp: it failed', 'gsp-otp listens', 'Usage: gsp-otp [options]', '`gsp-otp`'])
    assert.equal(asTyped(text), text);
  assert.doesNotMatch(asTyped('Start one with `gsp-otp serve`, or see: gsp-otp inbox list'), /gsp-otp [a-z]/);
});
