import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { endLateProcesses } from '../../tools/end-late-processes.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a test process that goes on for too long is told to end, and no other process is', async (t) => {
  const [late, other] = ['late.test.ts', 'other.test.ts'].map((name) => join(temporaryDirectory(t), name));
  assert.ok(late && other);
  const children = [late, other].map((file) =>
    spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)', file], { stdio: 'ignore' }),
  );
  t.after(() => children.map((child) => child.kill('SIGKILL')));
  const [first, second] = children;
  assert.ok(first && second);
  const stop = endLateProcesses([late], { msMax: 200, everyMs: 20 });
  t.after(stop);
  const [, signal] = await once(first, 'exit');
  assert.equal(signal, 'SIGTERM');
  assert.equal(second.exitCode ?? second.signalCode, null);
});

test('one that hears no signal is killed', async (t) => {
  const pipe = join(temporaryDirectory(t), 'pipe');
  // It listens to the signal, and a thread of it waits for the pipe for ever: it ends, and never has ended.
  const source = `
    process.on('SIGTERM', () => {});
    require('node:child_process').execFileSync('mkfifo', ['${pipe}']);
    require('node:fs').open('${pipe}', () => {});
    setTimeout(() => console.log('ends'), 50);`;
  const child = spawn(process.execPath, ['--eval', source, pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  const stop = endLateProcesses([pipe], { msMax: 0, toEndMs: 100, everyMs: 20 });
  t.after(stop);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
});
