import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { ImportProblem } from '../../../../src/adapters/directory/import/problems.ts';
import { checkRow, type GivenRow, type ImportRow } from '../../../../src/adapters/directory/import/row.ts';
import type { AccountField } from '../../../../src/adapters/directory/rows/account-fields.ts';

function check(texts: GivenRow['texts'], associationIds: readonly string[] = []) {
  const problems: ImportProblem[] = [];
  const row = checkRow({ line: 7, texts: { accountId: 'w-1', ...texts }, associationIds }, (problem) =>
    problems.push(problem),
  );
  return { row, problems };
}

const sound: ImportRow = {
  line: 7,
  accountId: 'w-1',
  status: undefined,
  phoneNumber: undefined,
  language: undefined,
  preferred: undefined,
  associationIds: [],
};

test('what is absent is left alone, what is empty is taken away', () => {
  assert.deepEqual(check({}), { row: sound, problems: [] });
  assert.deepEqual(check({ phoneNumber: '', language: '' }).row, { ...sound, phoneNumber: '', language: '' });
});

const good: readonly (readonly [AccountField, readonly string[]])[] = [
  ['accountId', ['1', 'é', 'a b', "a'b", '🙂', 'x'.repeat(256), '__proto__']],
  ['status', ['active', 'not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud']],
  ['phoneNumber', ['+12', '+14035551111', '+123456789012345', '+6834']],
  ['language', ['pt', 'pt-BR', 'PT-br', 'zh-Hant-TW', 'fil', 'es-419']],
  ['associationIds', ['a', 'wm==', 'a b', 'x'.repeat(1024)]],
];

const bad: readonly (readonly [AccountField, readonly string[]])[] = [
  ['accountId', ['', ' ', 'a ', ' a', 'a\n', 'a\0b', 'a\u0085', '\uD83D', 'x'.repeat(257)]],
  ['status', ['', 'Active', 'active ', 'ACCOUNT_CLOSED', 'open', '__proto__']],
  [
    'phoneNumber',
    ['+', '+1', '+0123', '14035551111', '+1 403', '+1234567890123456', '+14035551111\n', 'none'],
  ],
  [
    'language',
    [
      'pt_BR',
      'p',
      'portuguese',
      'pt-',
      '-',
      'pt-BR\n',
      '../en',
      `pt-${'a'.repeat(8)}-x${'-abcdefgh'.repeat(4)}`,
    ],
  ],
  ['preferred', ['yes', '1', 'TRUE', ' true']],
  ['associationIds', ['', ' a', 'a\t', 'a\nb', '\uDE00', 'x'.repeat(1025)]],
];

for (const [field, values] of good) {
  for (const value of values) {
    test(`[TEL-1, HDR-9] ${field} may be ${inspect(value).slice(0, 40)}`, () => {
      const { row, problems } = field === 'associationIds' ? check({}, [value]) : check({ [field]: value });
      assert.deepEqual(problems, []);
      assert.deepEqual(row?.[field], field === 'associationIds' ? [value] : value);
    });
  }
}

for (const [field, values] of bad) {
  for (const value of values) {
    test(`[TEL-1, ERR-4] ${field} may not be ${inspect(value).slice(0, 40)}, and that is not repeated`, () => {
      const { row, problems } =
        field === 'associationIds' ? check({}, ['a', value]) : check({ [field]: value });
      assert.equal(row, undefined);
      assert.equal(problems.length, 1);
      const [problem] = problems;
      assert.deepEqual([problem?.line, problem?.field], [7, field]);
      assert.match(problem?.reason ?? '', /^must (each )?be /);
      if (value.length > 12) assert.ok(!problem?.reason.includes(value));
    });
  }
}

test('every wrong field of a row is reported', () => {
  const { problems } = check({ accountId: '', status: 'x', phoneNumber: 'x', language: '?' }, ['']);
  assert.deepEqual(
    problems.map(({ field }) => field),
    ['accountId', 'status', 'phoneNumber', 'language', 'associationIds'],
  );
});
