import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectOf } from './project-of.ts';

const lint = ['lint', '--vcs-enabled=false', '--colors=off', 'src'];

test('a cycle is reported, of type imports too', async (t) => {
  const { status, printed } = await projectOf(t, {
    'src/ports/a.ts': `import type { B } from './b.ts';\nexport type A = B | 1;\n`,
    'src/ports/b.ts': `import type { C } from './c.ts';\nexport type B = C | 2;\n`,
    'src/ports/c.ts': `import type { A } from './a.ts';\nexport type C = A | 3;\n`,
  }).run('biome', ...lint);
  assert.equal(status, 1);
  assert.match(printed, /src\/ports\/a\.ts:1:.*noImportCycles/);
});

const impure = [
  ['the clock', 'export const now = Date.now();', 'take a Clock'],
  [
    'randomness',
    `import { randomBytes } from 'node:crypto';\nexport const a = randomBytes(1);`,
    'take an Entropy',
  ],
  ['the environment', 'export const a = process.env;', 'take settings'],
  ['the network', `export const a = fetch('https://example.com');`, 'ask through a port'],
] as const;

for (const [what, text, advice] of impure) {
  test(`the core is told off for reading ${what} of its own, an adapter is not`, async (t) => {
    const inCore = await projectOf(t, { 'src/domain/a.ts': `${text}\n` }).run('biome', ...lint);
    assert.equal(inCore.status, 1);
    assert.match(inCore.printed, new RegExp(advice));

    const inAdapter = await projectOf(t, { 'src/adapters/mail/a.ts': `${text}\n` }).run('biome', ...lint);
    assert.equal(inAdapter.status, 0, inAdapter.printed);
  });
}
