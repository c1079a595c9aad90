/**
 * Runs the scripts of package.json that look at the sources, beside each other: `node tools/run-checks.ts NAME…`. Prints
 * what each printed when it ends. Ends with 1 if one of them failed, after all have ended.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const cwd = join(import.meta.dirname, '..');

await Promise.all(
  process.argv.slice(2).map(async (name) => {
    const child = spawn(process.execPath, ['--run', name], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    const failed = code !== 0;
    if (failed) process.exitCode = 1;
    console.log(`${failed ? '✖' : '✔'} ${name}\n${stdout}${stderr}`.trimEnd());
  }),
);
