import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FILE_LINES_MAX,
  FOLDER_FILES_MAX,
  FUNCTION_LINES_MAX,
  ROOM_ARROWS_MAX,
  TABLES,
} from '../../tools/tidy-rules.ts';
import { projectOf } from './project-of.ts';

type Files = Readonly<Record<string, string>>;

const lines = (count: number) => '\n'.repeat(count);
/** The exceptions of the rule are there and are needed, so that nothing but what is planted is reported. */
const tables: Files = Object.fromEntries([...TABLES.keys()].map((file) => [file, lines(FILE_LINES_MAX + 1)]));
const folder = (count: number): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`src/full/${at}.ts`, '']));
const functionOf = (count: number) => `{${lines(count - 1)}}`;
const imports = (file: string) => `import '../${file}/a.ts';\n`;
/** Each room imports all those behind it. */
const rooms = (count: number): Files =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `src/r${at}/a.ts`,
      Array.from({ length: count - at - 1 }, (_, more) => imports(`r${at + 1 + more}`)).join(''),
    ]),
  );
const ROOMS_TOO_MANY = Math.ceil((1 + Math.sqrt(1 + 8 * (ROOM_ARROWS_MAX + 1))) / 2);

/** What breaks a rule by the least that breaks it, what is just within it, and what is said. */
const violations: readonly (readonly [string, Files, Files, RegExp])[] = [
  [
    'a long file',
    { 'src/a.ts': lines(FILE_LINES_MAX + 1) },
    { 'src/a.ts': lines(FILE_LINES_MAX) },
    /src\/a\.ts has \d+ lines/,
  ],
  [
    'a long file of tests',
    { 'test/a.ts': lines(FILE_LINES_MAX + 1) },
    { 'test/a.ts': lines(FILE_LINES_MAX) },
    /test\/a\.ts has/,
  ],
  [
    'a long function',
    { 'src/a.ts': `function f() ${functionOf(FUNCTION_LINES_MAX + 1)}` },
    { 'src/a.ts': `function f() ${functionOf(FUNCTION_LINES_MAX)}` },
    /src\/a\.ts:1 is a function of/,
  ],
  [
    'a long arrow function',
    { 'conformance/a.ts': `export const f = () => ${functionOf(FUNCTION_LINES_MAX + 1)};` },
    { 'conformance/a.ts': `export const f = () => ${functionOf(FUNCTION_LINES_MAX)};` },
    /conformance\/a\.ts:1 is a function of/,
  ],
  [
    'a long method',
    { 'src/a.ts': `class A { f() ${functionOf(FUNCTION_LINES_MAX + 1)} }` },
    { 'src/a.ts': `class A { f() ${functionOf(FUNCTION_LINES_MAX)} }` },
    /src\/a\.ts:1 is a function of/,
  ],
  ['a full folder', folder(FOLDER_FILES_MAX + 1), folder(FOLDER_FILES_MAX), /src\/full holds/],
  ['too many arrows between rooms', rooms(ROOMS_TOO_MANY), rooms(3), /arrows of imports between rooms/],
  [
    'a circle of rooms',
    { 'src/x/a.ts': imports('y'), 'src/y/a.ts': imports('z'), 'src/z/a.ts': imports('x') },
    { 'src/x/a.ts': imports('y'), 'src/y/a.ts': imports('z'), 'src/z/a.ts': '' },
    /a circle of rooms: src\/x → src\/y → src\/z → src\/x/,
  ],
  [
    'an exception that nothing needs',
    Object.fromEntries([...TABLES.keys()].map((file) => [file, ''])),
    {},
    /needs no exception/,
  ],
];

for (const [what, broken, sound, said] of violations) {
  test(`${what} is reported, and nothing that is just within the rule`, async (t) => {
    const found = await projectOf(t, { ...tables, ...broken }).run('tools/check-tidy.ts');
    assert.equal(found.status, 1, found.printed);
    assert.match(found.printed, said);

    const none = await projectOf(t, { ...tables, ...sound }).run('tools/check-tidy.ts');
    assert.equal(none.status, 0, none.printed);
    assert.match(none.printed, / 0 violations/);
  });
}
