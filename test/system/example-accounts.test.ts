import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isPlausible } from '../../src/domain/phone-number.ts';
import { canonicalTag } from '../../src/domain/text/language-tag.ts';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const example = fileURLToPath(new URL('../../examples/accounts.csv', import.meta.url));
const rows = readFileSync(example, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));

test('the example accounts can be imported as they are', async (t) => {
  const { code, stdout, stderr } = await runHere([
    'accounts',
    'import',
    example,
    '--set',
    `dataDirectory=${temporaryDirectory(t)}`,
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).created, rows.length);
});

test('the example accounts are of every status and several languages', () => {
  const statuses = new Set(rows.map(([, status]) => status));
  assert.deepEqual([...statuses].sort(), [
    'active',
    'closed',
    'closed-account-taken-over',
    'closed-fraud',
    'not-eligible',
  ]);
  const languages = new Set(rows.map(([, , , language = '']) => language));
  assert.ok(languages.size > 8);
  for (const language of languages)
    assert.ok(language === '' || canonicalTag(language) === language, language);
});

/** Ranges that are kept free for fiction by those who run the numbering plans. */
const fictional = [
  /^\+1[2-9]\d{2}55501\d\d$/, // North America
  /^\+447700900\d{3}$/, // United Kingdom
  /^\+3363998\d{4}$/, // France
  /^\+4915228817386$/, // Germany
  /^\+614915701(10|5[6-9])$/, // Australia
  /^\+467017406(0[5-9]|[1-9]\d)$/, // Sweden
];

test('the numbers of the example accounts belong to nobody, and look as if they did', () => {
  for (const [, , number = ''] of rows) {
    if (number === '') continue;
    assert.ok(
      fictional.some((range) => range.test(number)),
      number,
    );
    assert.ok(isPlausible(number, 'not-mobile'), number);
  }
});
