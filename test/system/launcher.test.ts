import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const noNodeIsNewEnough = '>=999.0';

/** Stands for the Node that npm installs: says what it was asked to run, and does as its first argument says. */
const installedNode = `#!/bin/sh
exec '${process.execPath}' -e '
  const [launcher, wish, ...rest] = process.argv.slice(1);
  if (wish === "note-signals") for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => { console.log(signal); if (signal === "SIGHUP") process.exit(3); });
  console.log(JSON.stringify({ launcher, rest }));
  if (wish === "exit") process.exit(Number(rest[0]));
  setInterval(() => {}, 1000);
' -- "$@"
`;

/** The same Node as this one, which says that it is new enough for everything. */
const newestNode = `#!/bin/sh
exec '${process.execPath}' --import 'data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "999.0.0" } })' "$@"
`;

/** The launcher in a project of its own, that asks for such a Node and has a command line of one line. */
function launcherIn(
  t: TestContext,
  engines: string,
  parts: { readonly installed: boolean; readonly node?: string; readonly main?: string },
): string {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', engines: { node: engines } }));
  mkdirSync(join(folder, 'src/cli'), { recursive: true });
  const main =
    parts.main ??
    'console.log(process.pid, process.argv.slice(2).join() satisfies string); process.exitCode = 7;';
  writeFileSync(join(folder, 'src/cli/main.ts'), main);
  if (parts.installed) {
    const bin = join(folder, `node_modules/node-${process.platform}-${process.arch}/bin`);
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'node'), parts.node ?? installedNode, { mode: 0o755 });
  }
  return join(folder, 'bin/gsp-otp.js');
}

function start(launcher: string, ...args: string[]) {
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

test('a Node that is new enough runs the command line itself, in one process', (t) => {
  const launcher = launcherIn(t, '>=22.18', { installed: true });
  const { pid, stdout, stderr, status } = spawnSync(process.execPath, [launcher, 'serve', '--x'], {
    encoding: 'utf8',
  });
  assert.equal(`${stderr}${stdout}`, `${pid} serve,--x\n`);
  assert.equal(status, 7);
});

test('a Node that is too old hands arguments to the installed one, and ends with its exit code', (t) => {
  const launcher = launcherIn(t, noNodeIsNewEnough, { installed: true });
  const { stdout, status } = spawnSync(process.execPath, [launcher, 'exit', '5', 'a b', '--c=*'], {
    encoding: 'utf8',
  });
  assert.deepEqual(JSON.parse(stdout), { launcher, rest: ['5', 'a b', '--c=*'] });
  assert.equal(status, 5);
});

test('signals are handed on, and the launcher waits for the end', async (t) => {
  const { child, lines } = start(launcherIn(t, noNodeIsNewEnough, { installed: true }), 'note-signals');
  await lines.next();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    child.kill(signal);
    assert.equal((await lines.next()).value, signal);
  }
  child.kill('SIGHUP');
  assert.deepEqual(await ended(child), { code: 3, signal: null });
});

test('the launcher dies of the signal that the other process died of', async (t) => {
  const { child, lines } = start(launcherIn(t, noNodeIsNewEnough, { installed: true }), 'wait');
  await lines.next();
  child.kill('SIGTERM');
  assert.deepEqual(await ended(child), { code: null, signal: 'SIGTERM' });
});

const server = `
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.on(signal, () => { console.log(signal); setTimeout(() => process.exit(), 1); });
  console.log(process.pid, ...Object.keys(process.env).filter((name) => name.startsWith('GSP_OTP')));
  setInterval(() => {}, 1000);
`;

test('a launcher that is killed takes the other process with it, in order', {
  timeout: 30_000,
}, async (t) => {
  const launcher = launcherIn(t, noNodeIsNewEnough, { installed: true, node: newestNode, main: server });
  const { child, lines } = start(launcher, 'serve');
  const first = (await lines.next()).value ?? '';
  t.after(() => spawnSync('kill', ['-9', first.split(' ')[0] ?? '']));
  assert.match(first, /^\d+$/, 'nothing of the launcher is left among the settings');
  child.kill('SIGKILL');
  assert.equal((await lines.next()).value, 'SIGTERM');
  assert.equal((await lines.next()).done, true);
});

test('a command that has done its work ends, whatever the launcher holds open', (t) => {
  const launcher = launcherIn(t, noNodeIsNewEnough, { installed: true, node: newestNode });
  assert.equal(spawnSync(process.execPath, [launcher, 'x'], { timeout: 30_000 }).status, 7);
});

test('without any Node that is new enough it says what to do', (t) => {
  const launcher = launcherIn(t, noNodeIsNewEnough, { installed: false });
  const { stdout, stderr, status } = spawnSync(process.execPath, [launcher, 'serve'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /needs Node 999\.0 or newer; this is Node \d+\.\d+\.\d+/);
  assert.match(stderr, /npm brings one along on Linux/);
});

const olderNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((node) =>
    /^v(1[89]|2[0-2])\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  );

test('a clone runs on an older Node', { skip: olderNode === undefined && 'there is none here' }, () => {
  const { stdout, stderr, status } = spawnSync(olderNode ?? '', [join(root, 'bin/gsp-otp.js'), '--help'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /Usage: gsp-otp/);
});
