import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from './cli-process.ts';

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help lists every command, with examples and exit codes, and so does every command', async () => {
  const { code, stdout } = await runCli(['--help']);
  assert.equal(code, 0);
  assert.match(stdout, /Examples:[\s\S]*Exit codes:/);
  const commands = commandsIn(stdout);
  assert.ok(commands.includes('config') && commands.includes('call'), stdout);
  await Promise.all(commands.map((command) => assertHelp([command])));
});

async function assertHelp(command: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCli([...command, '--help']);
  assert.equal(code, 0, stderr);
  const inner = commandsIn(stdout);
  // A group gives the examples of its commands.
  if (command.length === 1) assert.match(stdout, /Examples?:/, command.join(' '));
  await Promise.all(inner.map((name) => assertHelp([...command, name])));
}

function commandsIn(help: string): readonly string[] {
  const [, list = ''] = help.split('Commands:\n');
  return [...list.matchAll(/^ {2}([a-zA-Z]+)( |$)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
}

for (const [args, message] of [
  [['confg'], /unknown command 'confg'\n\(Did you mean config\?\)/],
  [['config', 'chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
  [['config', 'check', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  [['config', 'check', '--set', 'http.port'], /path=value/],
  [['call', 'sendOtp', '--otp-context', 'x'], /Allowed choices are association/],
  [['call', 'verifyOtp', '--otp', '1'], /required option '--send-otp-request-id/],
] as const) {
  test(`'${args.join(' ')}' is wrong usage: exit code 2 and a hint`, async () => {
    const { code, stdout, stderr } = await runCli(args);
    assert.match(stderr, message);
    assert.match(stderr, /--help/);
    assert.deepEqual([code, stdout], [2, '']);
  });
}

test('an error is one line and what to do, and a stack only with --debug', async () => {
  const args = ['call', 'echo', '--url', 'http://127.0.0.1:1/v1'];
  const plain = await runCli(args);
  assert.equal(plain.code, 1);
  assert.match(
    plain.stderr,
    /^gsp-otp: http:\/\/127\.0\.0\.1:1\/v1\/echo does not answer: .*\nIs the server running\?.*\n$/,
  );
  const debugged = await runCli([...args, '--debug']);
  assert.equal(debugged.code, 1);
  assert.match(debugged.stderr, /\n\s+at /);
});
