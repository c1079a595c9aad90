import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a process that ends at once waits for no pipe that it was importing from', async (t) => {
  const folder = temporaryDirectory(t);
  const [pipe, rejects] = [join(folder, 'pipe.csv'), join(folder, 'rejects.csv')];
  execFileSync('mkfifo', [pipe]);
  const kind = 'sqlite';
  const dataDirectory = join(folder, 'data');
  const closedGuard = { mode: 'off' };
  const settings = { profile: 'sandbox', dataDirectory, store: { kind }, directory: { kind }, closedGuard };
  const source = `
    import { importIntoAccounts } from ${JSON.stringify(import.meta.resolve('../../src/operations/accounts.ts'))};
    process.stdin.once('data', () => process.exit(3));
    const nothing = () => {};
    await importIntoAccounts(${JSON.stringify(settings)}, {
      source: ${JSON.stringify(pipe)}, format: 'csv', rejectFile: ${JSON.stringify(rejects)}, dryRun: false,
      signal: new AbortController().signal, onProblem: nothing, onWarning: nothing, onProgress: nothing,
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['pipe', 'inherit', 'inherit'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'exit');
  const writer = createWriteStream(pipe);
  writer.on('error', () => {});
  t.after(() => writer.destroy());
  writer.write('accountId,status\n');
  // From then on a thread reads the pipe, and nothing more comes.
  await t.waitFor(() => assert.ok(existsSync(rejects)), { timeout: 25_000 });
  child.stdin.write('end\n');
  assert.deepEqual(await ended, [3, null]);
});
