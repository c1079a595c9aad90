import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

const root = join(import.meta.dirname, '../..');

export interface Outcome {
  readonly status: number | null;
  /** Standard output and standard error, in that order. */
  readonly printed: string;
}

export interface Project {
  /** Runs one of our tools, or a program of node_modules/.bin, in the project. */
  run(program: string, ...args: string[]): Outcome;
}

/** A project of these files alone, checked by our own tools and settings; gone when the test ends. */
export function projectOf(test: TestContext, files: Readonly<Record<string, string>>): Project {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const ours of ['tools', 'biome.json'])
    cpSync(join(root, ours), join(folder, ours), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }

  return {
    run(program, ...args) {
      const isTool = program.endsWith('.ts');
      const command = isTool ? process.execPath : join(folder, 'node_modules/.bin', program);
      const { status, stdout, stderr } = spawnSync(command, isTool ? [program, ...args] : args, {
        cwd: folder,
        encoding: 'utf8',
      });
      return { status, printed: stdout + stderr };
    },
  };
}
