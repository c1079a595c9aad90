import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { canonicalTag, lookUpLanguage } from '../../../src/domain/text/language-tag.ts';

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

const written = new Set(['zh-Hant', 'sr-Latn', 'pt']);

for (const [tag, found] of [
  ['zh-TW', 'zh-Hant'],
  ['zh_HK', 'zh-Hant'],
  ['zh-MO', 'zh-Hant'],
  ['zh-Hant-HK', 'zh-Hant'],
  ['cmn-TW', 'zh-Hant'],
  ['zh', undefined],
  ['zh-CN', undefined],
  ['zh-SG', undefined],
  ['zh-Hans', undefined],
  ['zh-Hans-TW', undefined],
  ['sr', undefined],
  ['sr-ME', 'sr-Latn'],
  ['pt-BR', 'pt'],
] as const) {
  test(`${inspect(tag)}, by the script that is usual there, is served by ${found ?? 'none'}`, () =>
    assert.equal(lookUpLanguage(tag, written), found));
}

test('a place is served in its script before its language at large', () => {
  assert.equal(lookUpLanguage('zh-TW', new Set(['zh', 'zh-Hant'])), 'zh-Hant');
  assert.equal(lookUpLanguage('zh-CN', new Set(['zh', 'zh-Hant'])), 'zh');
  assert.equal(lookUpLanguage('zh', new Set(['zh-Hans'])), 'zh-Hans');
});

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
