import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectOf } from './project-of.ts';

/** One file that breaks the rule once, and what must be said of it. */
const violations: readonly (readonly [string, string, string, string])[] = [
  [
    'a folder that may not be imported',
    'src/domain/a.ts',
    `import { b } from '../protocol/b.ts';`,
    '../protocol/b.ts',
  ],
  ['a type import', 'src/ports/a.ts', `import type { B } from '../domain/b.ts';`, '../domain/b.ts'],
  [
    'an inline type import',
    'src/ports/a.ts',
    `export type B = import('../domain/b.ts').B;`,
    '../domain/b.ts',
  ],
  ['a re-export', 'src/methods/a.ts', `export { b } from '../http/b.ts';`, '../http/b.ts'],
  ['a re-export of everything', 'src/methods/a.ts', `export * from '../http/b.ts';`, '../http/b.ts'],
  ['an import without names', 'src/http/a.ts', `import '../domain/b.ts';`, '../domain/b.ts'],
  ['a dynamic import', 'src/http/a.ts', `await import('../codecs/b.ts');`, '../codecs/b.ts'],
  ['a computed import', 'src/http/a.ts', 'await import(process.argv[2] ?? "");', 'something computed'],
  ['a worker', 'src/codecs/a.ts', `new Worker(new URL('../http/b.ts', import.meta.url));`, '../http/b.ts'],
  ['a package', 'src/protocol/a.ts', `import { parse } from 'yaml';`, 'yaml'],
  [
    'a package with a scope',
    'src/methods/a.ts',
    `import { a } from '@opentelemetry/api';`,
    '@opentelemetry/api',
  ],
  ['a module of Node', 'src/domain/a.ts', `import { readFileSync } from 'node:fs';`, 'node:fs'],
  ['the same without its prefix', 'src/domain/a.ts', `import { readFileSync } from 'fs';`, 'fs'],
  ['another adapter', 'src/adapters/gateways/aws/a.ts', `import { b } from '../smpp/b.ts';`, '../smpp/b.ts'],
  [
    'the sources, by the examiner',
    'conformance/a.ts',
    `import { b } from '../src/ports/b.ts';`,
    '../src/ports/b.ts',
  ],
  [
    'the command line, by the wiring',
    'src/wiring/application.ts',
    `import { b } from '../cli/b.ts';`,
    '../cli/b.ts',
  ],
  ['the core, by the command line', 'src/cli/a.ts', `import { b } from '../domain/b.ts';`, '../domain/b.ts'],
];

for (const [what, file, text, named] of violations) {
  test(`${what} is reported`, async (t) => {
    const { status, printed } = await projectOf(t, { [file]: `\n${text}\n` }).run('tools/check-imports.ts');

    assert.equal(status, 1);
    assert.match(printed, /1 files, 1 violations/);
    assert.ok(printed.includes(`${file}:2 imports ${named}`), printed);
    assert.match(printed, /may import itself.*; \w/, 'what to do instead is said');
  });
}

for (const file of ['src/stray.ts', 'src/new/a.ts', 'src/adapters/new/a.ts']) {
  test(`a source that no rule applies to is reported: ${file}`, async (t) => {
    const { status, printed } = await projectOf(t, { [file]: '' }).run('tools/check-imports.ts');
    assert.equal(status, 1);
    assert.ok(printed.includes(`${file}: no rule applies to it`), printed);
  });
}

test('what the rule allows is not reported', async (t) => {
  const project = projectOf(t, {
    'src/ports/a.ts': `import type { B } from './b.ts';`,
    'src/domain/a.ts': `import type { A } from '../ports/a.ts'; import { createHmac } from 'node:crypto';`,
    'src/adapters/gateways/aws/a.ts': `import { b } from '../shared/b.ts'; import { c } from '../../../ports/c.ts';`,
    'src/adapters/gateways/shared/b.ts': `import { a } from './a.ts'; import { connect } from 'node:net';`,
    'src/config/load.ts': `import { a } from '../ports/a.ts'; import Value from 'typebox/value';`,
    'src/codecs/a.ts': `new Worker(new URL('./b.ts', import.meta.url)); new URL('https://example.com/c.js');`,
    'src/http/a.ts':
      '// import { a } from "../domain/a.ts"\nexport const text = "import \'../domain/a.ts\'";',
  });
  const { printed } = await project.run('tools/check-imports.ts');
  assert.match(printed, /^import rule: 7 files, 0 violations/m);
});

/** A rule of one place, and a file there that uses of its grants a folder, a pattern, a package and Node. */
const rules = (...unused: readonly string[]) => `
export const importRules = [{
  place: ['src/a'],
  may: ['src/b', 'src/c/*.ts', ${unused.filter((grant) => grant.startsWith('src/')).map((grant) => `'${grant}'`)}],
  modules: ['node:*', 'yaml', ${unused.filter((grant) => !grant.startsWith('src/')).map((grant) => `'${grant}'`)}],
  instead: 'do not',
}, { place: ['src/b', 'src/c', 'src/d'], may: [], modules: [], instead: 'do not' }];
`;
const using = `import type { B } from '../b/b.ts';
export { c } from '../c/c.ts';
const { parse } = await import('yaml');
import { readFileSync } from 'fs';`;

test('a grant that no file uses is refused, be it a folder or a package', async (t) => {
  const unused = ['src/d', 'src/c/d/*.ts', 'typebox', 'node:net'];
  const project = projectOf(t, { 'tools/import-rules.ts': rules(...unused), 'src/a/a.ts': using });
  const { status, printed } = await project.run('tools/check-imports.ts');

  assert.equal(status, 1);
  for (const grant of unused) assert.ok(printed.includes(`src/a may import ${grant}, and no file`), grant);
  assert.match(printed, /1 files, 0 violations, 4 unused grants/);
});

test('a rule whose every grant is used is right', async (t) => {
  const project = projectOf(t, { 'tools/import-rules.ts': rules(), 'src/a/a.ts': using });
  assert.deepEqual(await project.run('tools/check-imports.ts'), {
    status: 0,
    printed: 'import rule: 1 files, 0 violations, 0 unused grants\n',
  });
});

test("gateways don't know each other", async (t) => {
  const gateways = join(import.meta.dirname, '../../src/adapters/gateways');
  const kinds = readdirSync(gateways).filter((name) => !name.endsWith('.ts'));
  assert.ok(kinds.length > 5);
  const file = (kind: string) => `src/adapters/gateways/${kind}/a.ts`;
  const text = (kind: string) => `import { b } from '../${kind === 'twilio' ? 'vonage' : 'twilio'}/b.ts';`;
  const project = projectOf(t, Object.fromEntries(kinds.map((kind) => [file(kind), text(kind)])));
  const { printed } = await project.run('tools/check-imports.ts');
  for (const kind of kinds) assert.ok(printed.includes(`${file(kind)}:1 imports ../`), kind);
});

test('a source that is no TypeScript is an error, not a file without imports', async (t) => {
  const { status, printed } = await projectOf(t, { 'src/ports/a.ts': 'import from' }).run(
    'tools/check-imports.ts',
  );
  assert.equal(status, 1);
  assert.match(printed, /src\/ports\/a\.ts can't be read/);
});
