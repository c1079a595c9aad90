import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const root = new URL('../..', import.meta.url).pathname;

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`a server that npx started stops in order when npx gets ${signal}`, async (t) => {
    const free = ['http.port=0', 'operator.port=0', `dataDirectory=${temporaryDirectory(t)}`];
    const args = ['gsp-otp', 'serve', ...free.flatMap((setting) => ['--set', setting])];
    const child = spawn('npx', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    // The pipe is the server's too: it closes when the server has ended.
    const closed = once(child.stdout, 'close');
    const told: string[] = [];
    const lines = createInterface(child.stdout);
    const started = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        told.push(JSON.parse(line).msg);
        if (told.at(-1) === 'started') resolve();
      });
    });
    await started;
    child.kill(signal);
    await closed;
    assert.deepEqual(told.slice(-2), ['stopping', 'stopped']);
  });
}
