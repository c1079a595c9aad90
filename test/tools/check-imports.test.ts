import assert from 'node:assert/strict';
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
  test(`${what} is reported`, (t) => {
    const { status, printed } = projectOf(t, { [file]: `\n${text}\n` }).run('tools/check-imports.ts');

    assert.equal(status, 1);
    assert.ok(printed.includes(`${file}:2 imports ${named}`), printed);
    assert.match(printed, /may import itself.*; \w/, 'what to do instead is said');
  });
}

for (const file of ['src/stray.ts', 'src/new/a.ts', 'src/adapters/new/a.ts']) {
  test(`a source that no rule applies to is reported: ${file}`, (t) => {
    const { status, printed } = projectOf(t, { [file]: '' }).run('tools/check-imports.ts');
    assert.equal(status, 1);
    assert.ok(printed.includes(`${file}: no rule applies to it`), printed);
  });
}

test('what the rule allows is not reported', (t) => {
  const project = projectOf(t, {
    'src/ports/a.ts': `import type { B } from './b.ts';`,
    'src/domain/a.ts': `import type { A } from '../ports/a.ts'; import { createHmac } from 'node:crypto';`,
    'src/adapters/gateways/aws/a.ts': `import { b } from '../shared/b.ts'; import { c } from '../../../ports/c.ts';`,
    'src/adapters/gateways/shared/b.ts': `import { a } from './a.ts'; import { connect } from 'node:net';`,
    'src/settings/load.ts': `import { a } from '../config/a.ts'; import Value from 'typebox/value';`,
    'src/codecs/a.ts': `new Worker(new URL('./b.ts', import.meta.url)); new URL('https://example.com/c.js');`,
    'src/http/a.ts':
      '// import { a } from "../domain/a.ts"\nexport const text = "import \'../domain/a.ts\'";',
  });
  assert.deepEqual(project.run('tools/check-imports.ts'), {
    status: 0,
    printed: 'import rule: 7 files, 0 violations\n',
  });
});

test('a source that is no TypeScript is an error, not a file without imports', (t) => {
  const { status, printed } = projectOf(t, { 'src/ports/a.ts': 'import from' }).run('tools/check-imports.ts');
  assert.equal(status, 1);
  assert.match(printed, /src\/ports\/a\.ts can't be read/);
});
