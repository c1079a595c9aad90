import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

const repository = join(import.meta.dirname, '../..');

/** A copy of the program to which something is added, as CONTRIBUTING says; gone after the test. */
export interface ChangedCopy {
  readonly folder: string;
  /** Replaces what stands there once or more; its first place changes. */
  change(path: string, old: string, now: string): void;
  add(path: string, text: string): void;
  load<Module>(path: string): Promise<Module>;
}

export function changedCopy(t: TestContext): ChangedCopy {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-changed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['bin', 'src', 'conformance', 'package.json']) {
    cpSync(join(repository, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    change(path, old, now) {
      const text = readFileSync(join(folder, path), 'utf8');
      assert.ok(text.includes(old), `${path} has ${old}`);
      writeFileSync(join(folder, path), text.replace(old, now));
    },
    add(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    load: (path) => import(pathToFileURL(join(folder, path)).href),
  };
}
