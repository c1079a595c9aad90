import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { processesOf } from '../../tools/test-processes.ts';

test('every test file runs once: those that stand apart alone, the others with those of their folder; long ones first', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-processes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const many = Array.from({ length: 40 }, (_, n) => `test/many/${n}.test.ts`);
  const files = ['test/few/a.test.ts', 'test/few/apart.test.ts', 'test/long-apart.test.ts', ...many];
  const standsApart = (file: string) => file.endsWith('apart.test.ts');
  const isLong = (file: string) => file.includes('long-');
  const processes = processesOf(files, { root: '/project', folder, isLong, standsApart });
  const parts = processes.map((file) =>
    dirname(file) === folder
      ? [...readFileSync(file, 'utf8').matchAll(/"(file:.*)"/g)].map(([, url = '']) => fileURLToPath(url))
      : [file],
  );
  assert.deepEqual(parts.flat().sort(), files.map((file) => `/project/${file}`).sort());
  assert.deepEqual(parts[0], ['/project/test/long-apart.test.ts']);
  assert.deepEqual(parts.at(-1), ['/project/test/few/apart.test.ts']);
  for (const part of parts) assert.equal(new Set(part.map((file) => dirname(file))).size, 1, String(part));
  assert.equal(parts.length, 2 + 1 + 3);
});
