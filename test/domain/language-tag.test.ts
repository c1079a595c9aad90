import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { canonicalTag, lookUpLanguage } from '../../src/domain/language-tag.ts';

for (const [tag, canonical] of [
  ['pt-br', 'pt-BR'],
  ['PT_br', 'pt-BR'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  // What older platforms call Indonesian and Filipino.
  ['in-ID', 'id-ID'],
  ['tl', 'fil'],
  ['', undefined],
  ['x', undefined],
  ['pt-', undefined],
  ['Português', undefined],
] as const) {
  test(`the tag ${inspect(tag)} is ${canonical ?? 'none'}`, () => assert.equal(canonicalTag(tag), canonical));
}

const known = new Set(['pt', 'pt-BR', 'zh-Hant', 'id']);

for (const [tag, found] of [
  ['pt', 'pt'],
  ['pt-BR', 'pt-BR'],
  ['pt_br', 'pt-BR'],
  ['pt-PT', 'pt'],
  ['pt-BR-u-ca-gregory', 'pt-BR'],
  ['zh-Hant-TW', 'zh-Hant'],
  ['zh-Hans', undefined],
  ['ptx', undefined],
  ['en', undefined],
  ['', undefined],
  ['-', undefined],
] as const) {
  test(`${inspect(tag)} is served by ${found ?? 'none'}`, () =>
    assert.equal(lookUpLanguage(tag, known), found));
}

test('any string may come as a language', () => {
  const tag = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-zA-Z0-9_-]{0,20}$/));
  fc.assert(
    fc.property(tag, (text) => {
      const found = lookUpLanguage(text, known);
      assert.ok(found === undefined || known.has(found));
    }),
  );
});
