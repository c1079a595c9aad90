import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const pages = ['CONTRIBUTING.md', 'docs/architecture.md', ...globSync('docs/decisions/*.md', { cwd: root })];

for (const page of pages) {
  test(`every path that ${page} names is there`, () => {
    const text = readFileSync(join(root, page), 'utf8');
    const named = [
      ...text.matchAll(/`((?:src|test|tools|docs|conformance|examples|benchmarks)\/[\w./*-]*)`/g),
    ];
    const missing = named
      .map(([, path = '']) => path)
      // What is still to be written has a name in capitals.
      .filter((path) => !/\b(NAME|NOUN|VERB)\b/.test(path))
      .filter((path) => globSync(path, { cwd: root }).length === 0 && !existsSync(join(root, path)));
    assert.deepEqual(missing, []);
  });
}
