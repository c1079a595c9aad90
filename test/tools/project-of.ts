import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

export interface Outcome {
  readonly status: number | null;
  /** Standard output and standard error, in that order. */
  readonly printed: string;
}

export interface Project {
  /** Runs one of our tools in this process, or a program of node_modules/.bin, in the project. */
  run(program: string, ...args: string[]): Promise<Outcome>;
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
    async run(program, ...args) {
      if (program.endsWith('.ts')) return toolHere(join(folder, program));
      const { status, stdout, stderr } = spawnSync(join(folder, 'node_modules/.bin', program), args, {
        cwd: folder,
        encoding: 'utf8',
      });
      return { status, printed: stdout + stderr };
    },
  };
}

/** Loads a tool, which is all that it takes: it works as it is loaded, prints, and sets the exit code. */
async function toolHere(file: string): Promise<Outcome> {
  const { log, error } = console;
  const { exitCode: before } = process;
  const [stdout, stderr]: [string[], string[]] = [[], []];
  console.log = (line: string) => void stdout.push(`${line}\n`);
  console.error = (line: string) => void stderr.push(`${line}\n`);
  process.exitCode = 0;
  try {
    await import(pathToFileURL(file).href);
  } catch (thrown) {
    process.exitCode = 1;
    stderr.push(`${thrown}\n`);
  } finally {
    Object.assign(console, { log, error });
  }
  const status = Number(process.exitCode);
  process.exitCode = before;
  return { status, printed: [...stdout, ...stderr].join('') };
}
