import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { namedSettings } from '../../src/settings/named-settings.ts';
import { writeReference } from '../../src/settings/reference.ts';

test('docs/configuration.md is what `gsp-otp config reference` prints', () => {
  const committed = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  assert.equal(committed, writeReference(), 'run: bin/gsp-otp.js config reference > docs/configuration.md');
});

test('every variable of every setting that has no members is in the reference', () => {
  const reference = writeReference();
  const single = namedSettings.filter(
    ({ schema }) => !schema.properties && !schema.anyOf && !schema.sensitive,
  );
  for (const { variable } of single)
    assert.ok(reference.includes(`\`${variable}\``), `${variable} is missing`);
});

test('a setting that is a number is described as one, with its bounds and its unit', () => {
  const line = writeReference()
    .split('\n')
    .find((row) => row.includes('`moneyGuard.unverifiedPerVerified`'));
  assert.match(line ?? '', /\| a number from 0 to 100 \(texts\) \|/);
});
