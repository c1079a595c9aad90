import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../../src/cli/program.ts';
import { runHere } from '../../support/cli-here.ts';
import { runCli, startCli } from '../../support/cli-process.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help lists every command, with examples and exit codes', async () => {
  const { code, stdout, stderr } = await runHere(['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /Examples:[\s\S]*Exit codes:/);
  for (const command of (await createProgram()).commands) {
    assert.match(stdout, new RegExp(`^ {2}${command.name()} `, 'm'));
  }
});

test('every command, inner ones too, says what it does and gives examples of itself', async () => {
  const demand = (command: Command, path: string): void => {
    assert.ok(command.description(), `${path} has no description`);
    const [, examples = ''] = /\nExamples?:\n((?: {2}.*\n|\n(?= {2}))+)/.exec(helpOf(command)) ?? [];
    assert.ok(examples.includes(` ${path}`), `${path} has no example of itself`);
    for (const inner of command.commands) demand(inner, `${path} ${inner.name()}`);
  };
  for (const command of (await createProgram()).commands) demand(command, `gsp-otp ${command.name()}`);
});

function helpOf(command: Command): string {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (part) => void parts.push(part) }).outputHelp();
  return parts.join('');
}

test('help COMMAND tells what COMMAND --help tells', async () => {
  assert.deepEqual(await runHere(['help', 'keys']), await runHere(['keys', '--help']));
});

/** Has a process write at its end, a line each on standard error, which packages it loaded modules of. */
const tellPackages = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      packages.add(url.split('/node_modules/')[1]?.split('/')[0]);
      return next(url, context);
    },
  });
  process.on('exit', () => packages.forEach((name) => name && console.error('loaded ' + name)));`;

const settingsAreRead = ['commander', 'libphonenumber-js', 'yaml'];

for (const [args, expected] of [
  [['--version'], ['commander']],
  [['--help'], ['commander']],
  [['config', 'check'], settingsAreRead],
  [['keys', 'list'], settingsAreRead],
  [['call', 'echo', '--url', 'http://127.0.0.1:1/v1'], settingsAreRead],
] as const) {
  test(`'${args.join(' ')}' loads no package that it does not need, since that takes most of its time`, async (t) => {
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(tellPackages)}`;
    const { stderr } = await runCli(args, { cwd: temporaryDirectory(t), env: { NODE_OPTIONS } });
    const loaded = [...stderr.matchAll(/^loaded (.*)$/gm)].map(([, name]) => name);
    assert.deepEqual(loaded.sort(), expected);
  });
}

for (const [args, message] of [
  [['confg'], /unknown command 'confg'\n\(Did you mean config\?\)/],
  [['config', 'chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
  [['config', 'check', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  [
    ['accounts', 'show', '--phone-number', '+14035550101'],
    /'--phone-number'\nAccepted: .*, --account-phone-number, --association-id, .*--debug\.\n/,
  ],
  [
    ['accounts', 'remove'],
    /unknown command 'remove'\nAccepted: import, show, set-status, associate, list, export, delete, help\.\n/,
  ],
  [['config', 'check', '--set', 'http.port'], /path=value/],
  [['call', 'sendOtp', '--otp-context', 'x'], /Allowed choices are association/],
  [['call', 'verifyOtp', '--otp', '1'], /required option '--send-otp-request-id/],
] as const) {
  test(`'${args.join(' ')}' is wrong usage: exit code 2 and a hint`, async () => {
    const { code, stdout, stderr } = await runHere(args);
    assert.match(stderr, message);
    assert.match(stderr, /--help/);
    assert.deepEqual([code, stdout], [2, '']);
  });
}

const key = '3f8a1c9e5b7d2046a8e1c3f59b7d0246';

for (const [args, message] of [
  [['config', 'check', '--digests.secret=a-short-one'], /unknown option '--digests\.secret=\*\*\*'\n/],
  [['config', 'check', `--${key}`], /unknown option '\*\*\*'\n/],
  [['config', 'check', `--it's=${key}`], /unknown option '--it's=\*\*\*'\n/],
  [['config', 'check', `digests.secret=${key}`, key], /but got 2: digests\.secret=\*\*\*, \*\*\*\.\n/],
  [['config', 'check', `${key} ${key}`], /but got 1: \*\*\*\.\n/],
  [['config', 'check', 'surplus'], /but got 1: surplus\.\n/],
  [['config', 'check', '--set', key], /argument '\*\*\*' is invalid\. Write it as path=value/],
  [['inbox', 'show', key], /value '\*\*\*' is invalid for argument/],
  [[key], /unknown command '\*\*\*'\n/],
] as const) {
  test(`'${args.join(' ')}' is wrong usage, and no key in it is repeated`, async () => {
    const { code, stderr } = await runHere(args);
    assert.equal(code, 2);
    assert.match(stderr, message);
    for (const secret of [key, 'a-short-one']) assert.ok(!stderr.includes(secret), stderr);
  });
}

test('an error is one line and what to do, and a stack only with --debug', async () => {
  const args = ['call', 'echo', '--url', 'http://127.0.0.1:1/v1'];
  const plain = await runHere(args);
  assert.equal(plain.code, 1);
  assert.match(
    plain.stderr,
    /^gsp-otp: http:\/\/127\.0\.0\.1:1\/v1\/echo does not answer: .*\nIs the server running\?.*\n$/,
  );
  const debugged = await runHere([...args, '--debug']);
  assert.equal(debugged.code, 1);
  assert.match(debugged.stderr, /\n\s+at /);
});

// Most tests of commands run them within their own process, where nothing shows what would keep a process alive.
test('the process of a command ends by itself, whatever the command has opened', async (t) => {
  const cwd = temporaryDirectory(t);
  for (const args of [
    ['migrate'],
    ['explain', 'nobody'],
    ['guard'],
    ['doctor'],
    ['templates', 'check'],
    ['gateways', 'list'],
    ['keys', 'generate', 'pgp', '--for', 'sandbox'],
  ]) {
    const { code, stderr } = await runCli(args, { cwd });
    assert.notEqual(code, null, `${args.join(' ')}: ${stderr}`);
  }
});

test('whoever stops reading the output, as `head` does, is told no error', async () => {
  const child = startCli(['config', 'reference']);
  child.stdout.destroy();
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(stderr, '');
});
