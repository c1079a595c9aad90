import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { gsm7Substitute } from '../../../src/domain/text/gsm7-substitute.ts';
import { measureSms } from '../../../src/domain/text/sms-encoding.ts';
import { createTemplates } from '../../../src/domain/text/sms-template.ts';
import { writeSmsText } from '../../../src/domain/text/sms-text.ts';
import { checkTemplates } from '../../../src/domain/text/template-check.ts';
import { Secret } from '../../../src/ports/secret.ts';

function check(general: string, change: { brand?: string; codeLength?: number } = {}) {
  const { brand = 'Acme', codeLength = 6 } = change;
  const options = { brand, codeLength, defaultLanguage: 'en', tokenLine: 'last', languages: ['en'] } as const;
  const report = checkTemplates(createTemplates({ en: { general } }, options));
  const text = report.texts.find(({ context }) => context === 'general');
  assert.ok(text);
  return { report, text };
}

test('[OQ-12] a text may fill its segment to the last unit, with the longest code', () => {
  // 13 units go to the token and its blank line.
  assert.equal(check(`{code} ${'x'.repeat(140 - 13 - 7)}`).text.fits, true);
  assert.equal(check(`{code} ${'x'.repeat(140 - 13 - 7)}`, { codeLength: 7 }).text.fits, false);
  assert.equal(check(`{code} ${'я'.repeat(70 - 13 - 7)}`).text.fits, true);
  assert.equal(check(`{code} ${'я'.repeat(70 - 13 - 7)}`, { codeLength: 10 }).text.fits, false);
});

test('[SMS-7, OQ-12] one segment is not enough where the text is over 140 bytes', () => {
  const { text } = check(`{code} ${'x'.repeat(121)}`);
  assert.deepEqual(
    [text.fits, text.segments, text.units, text.unitsOver, text.bytes, text.bytesOver],
    [false, 1, 141, 0, 141, 1],
  );
  assert.deepEqual(text.suggestions, ['shorten the text or the brand by 1 character or more']);
  assert.equal(text.misfit, '141 bytes, 1 over 140');
  const hindi = check(`{code} ${'क'.repeat(50)}`).text;
  assert.deepEqual([hindi.fits, hindi.units, hindi.bytes, hindi.bytesOver], [false, 70, 170, 30]);
  assert.deepEqual(hindi.suggestions, ['shorten the text or the brand by 10 characters or more']);
});

test('[SMS-15] a character that forces UCS-2 is named with what may stand for it', () => {
  const { text } = check('{code} es tu código de {brand}. No lo compartas con nadie, ni con nosotros.');
  assert.deepEqual(text.forcing, [{ character: 'ó', codePoint: 'U+00F3', inBrand: false, substitute: 'o' }]);
  assert.equal(text.misfit, '85 units of UCS-2, 15 over 70');
  assert.deepEqual(text.suggestions, [
    'replace ó (U+00F3) by "o", or choose other words, to stay in GSM-7',
    'shorten the text or the brand by 15 characters or more',
  ]);
});

test('[SMS-15] so is one that comes with the brand', () => {
  const { text } = check('{code} is your code for {brand}. Do not share it with anyone at all.', {
    brand: 'Ação',
  });
  assert.deepEqual(
    text.forcing.map(({ character, inBrand, substitute }) => [character, inBrand, substitute]),
    [
      ['ç', true, 'c'],
      ['ã', true, 'a'],
    ],
  );
  assert.match(text.suggestions[0] ?? '', /^replace ç \(U\+00E7, in the brand\) by "c", ã /);
});

test('a text in decomposed letters is told to compose them', () => {
  const { text } = check(`{code} ${'cafe\u0301 '.repeat(12)}.`);
  assert.equal(text.fits, false);
  assert.equal(text.suggestions[0], 'write accented letters as single characters (NFC)');
});

test('substitutes are offered only where they make the text fit', () => {
  const devanagari = check(`{code} ${'कोड '.repeat(20)}.`).text;
  assert.deepEqual(devanagari.suggestions.length, 1);
  assert.match(devanagari.suggestions[0] ?? '', /^shorten /);
  const long = check(`{code} ${'ó'.repeat(200)}`).text;
  assert.match(long.suggestions[0] ?? '', /^shorten /);
});

test('a text that fits has no suggestions, even in UCS-2', () => {
  const { text } = check('código {code}');
  assert.deepEqual([text.fits, text.encoding, text.suggestions], [true, 'ucs-2', []]);
});

test('[SMS-11] a brand that looks like a code is allowed, with a warning', () => {
  const { report } = check('{brand} {code}', { brand: 'Bank24' });
  assert.equal(report.fits, true);
  assert.deepEqual(report.warnings, [
    'the brand has "Bank24", which a phone could take for the code [SMS-11]',
  ]);
  assert.deepEqual(check('{brand} {code}', { brand: 'N26' }).report.warnings, []);
});

test('the report covers every language and every context', () => {
  const options = { brand: 'Acme', codeLength: 6, defaultLanguage: 'en', tokenLine: 'last' } as const;
  const templates = createTemplates({ sw: { general: '{code}' } }, options);
  const report = checkTemplates(templates);
  assert.equal(report.texts.length, templates.byLanguage.size * 4);
});

test('[OQ-12] what passes the check is one segment for every code and base64 token', () => {
  const body = fc
    .string({ unit: fc.constantFrom(...'aé€[ áक😀'), maxLength: 140 })
    .map((text) => `{code} ${text}.`);
  const code = fc.stringMatching(/^[0-9]{6}$/);
  const token = fc.stringMatching(/^[A-Za-z0-9+/_-]{11}$/);
  fc.assert(
    fc.property(body, code, token, (text, digits, smsMatchingToken) => {
      const options = { brand: 'Acme', codeLength: 6, defaultLanguage: 'en', tokenLine: 'last' } as const;
      const templates = createTemplates({ en: { general: text } }, options);
      const verdict = checkTemplates(templates).texts.find(
        ({ language, context }) => language === 'en' && context === 'general',
      );
      const message = writeSmsText(templates, {
        language: 'en',
        otpContext: undefined,
        code: new Secret(digits),
        smsMatchingToken: new Secret(smsMatchingToken),
      }).text.reveal();
      const fits = measureSms(message).segments === 1 && Buffer.byteLength(message) <= 140;
      assert.equal(verdict?.fits, fits);
    }),
    { numRuns: 50 },
  );
});

for (const [character, substitute] of [
  ['’', "'"],
  ['á', 'a'],
  ['ç', 'c'],
  ['İ', 'I'],
  ['ı', 'i'],
  ['ş', 's'],
  ['ł', 'l'],
  ['ệ', 'e'],
  ['\u00a0', ' '],
  ['\u202f', ' '],
  ['…', '...'],
  ['ﬁ', 'fi'],
  ['½', undefined],
  ['я', undefined],
  ['क', undefined],
  ['\u094d', undefined],
  ['。', undefined],
  ['😀', undefined],
] as const) {
  test(`[SMS-15] ${inspect(character)} may be written as ${inspect(substitute)}`, () => {
    assert.equal(gsm7Substitute(character), substitute);
  });
}
