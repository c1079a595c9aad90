import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { surfaceOf, surfacesOf } from '../../tools/surface.ts';
import { built } from '../support/built.ts';

for (const { file, listing, nameless } of surfacesOf(await built())) {
  test(`the public surface is the one of ${file}`, () => {
    assert.equal(
      listing,
      readFileSync(join(import.meta.dirname, file), 'utf8'),
      'what others build on has changed: if that is meant, run `node tools/surface.ts`, and say it in CHANGELOG.md',
    );
  });

  if (file === 'index.txt') {
    test('every public name of the library is used as a user would', () => {
      const body = globSync('uses/*.ts', { cwd: import.meta.dirname })
        .map((use) => readFileSync(join(import.meta.dirname, use), 'utf8').split(`from 'gsp-otp';`)[1])
        .join('\n');
      const names = [...listing.matchAll(/^(?:interface|type|class|function|const) (\w+)/gm)].map(
        ([, name = '']) => name,
      );
      assert.ok(names.length > 50, `${names.length} names`);
      const unused = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(body));
      assert.deepEqual(unused, [], 'use it in test/surface/uses/');
    });
  }

  test(`every type that a public type of ${file} mentions can be imported`, () => {
    assert.deepEqual(nameless, []);
  });
}

/** Two modules as the compiler declares them, and the surface of the first. */
const declare = (entry: string, other: string) =>
  surfaceOf(
    new Map([
      ['src/entry.d.ts', entry],
      ['src/other.d.ts', other],
    ]),
    'src/entry.d.ts',
  );
const port = `/** A port. */\nexport interface Port {\n    /** Asks. */\n    ask(of: string, when?: Moment): Answer;\n}
export type Answer = (typeof ANSWERS)[number];\nexport declare const ANSWERS: readonly ['yes', 'no'];
type Moment = Date | number;\nexport {};`;
const entry = `export type { Port as Asker } from './other.ts';\nexport type * from './other.ts';`;

test('a listing has every exported name, what it is made of, and no comments', () => {
  const { listing } = declare(`export type { Port } from './other.ts';`, port);
  assert.equal(listing, 'interface Port {\n    ask(of: string, when?: Moment): Answer;\n}\n');
  const { listing: all } = declare(entry, port);
  assert.match(all, /^const ANSWERS: readonly \['yes', 'no'\];$/m);
  assert.match(all, /^Asker = interface Port \{$/m);
});

test('a type that is mentioned and can not be imported is told, be it of the same file or of another', () => {
  assert.deepEqual(declare(entry, port).nameless.toSorted(), [
    'Asker mentions Moment of src/other.d.ts',
    'Port mentions Moment of src/other.d.ts',
  ]);
  const importing = `import type { Answer } from './other.ts';\nexport declare function ask(): Promise<Answer>;`;
  assert.deepEqual(declare(importing, port).nameless, ['ask mentions Answer of src/other.d.ts']);
});

test('a list that a type is made of is in the listing though it has no public name', () => {
  assert.match(
    declare(`export type { Answer } from './other.ts';`, port).listing,
    /^not exported: const ANSWERS/m,
  );
});

for (const [what, from, to] of [
  ['a removed member', 'ask(of: string, when?: Moment): Answer;', ''],
  ['a narrowed parameter', 'of: string', "of: 'this'"],
  ['a member that must be there', 'when?: Moment', 'when: Moment'],
  ['a changed member of a list', "'no'", "'never'"],
] as const) {
  test(`${what} changes the listing`, () => {
    assert.notEqual(declare(entry, port.replace(from, to)).listing, declare(entry, port).listing);
  });
}
