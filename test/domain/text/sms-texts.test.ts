import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTemplates } from '../../../src/domain/text/sms-template.ts';
import { writeSmsText } from '../../../src/domain/text/sms-text.ts';
import { smsTexts, textContexts } from '../../../src/domain/text/sms-texts.ts';
import { checkTemplates } from '../../../src/domain/text/template-check.ts';
import { listWordings } from '../../../src/domain/text/template-list.ts';
import { Secret } from '../../../src/ports/secret.ts';

const LONGEST_CODE = '0123456789';
const TOKEN = 'AB12345678C';

/** The longest brand of ASCII characters that every text of a language is sure to have room for. */
const BRAND_CHARACTERS = { 'gsm-7': 20, 'ucs-2': 12 };

/** Languages whose texts do without any character outside GSM-7. */
const GSM7_LANGUAGES = ['de', 'en', 'es', 'fil', 'fr', 'id', 'it', 'ms', 'pl', 'pt', 'tr'];
/** The accented letters of GSM-7 that those texts use, written down by hand. */
const GSM7_ACCENTS = /[äéèàöüç]/g;

/** The words by which each language asks not to share the code. */
const WARNINGS: Readonly<Record<string, RegExp>> = {
  ar: /لا تشاركه/,
  bn: /বলবেন না/,
  de: /nicht weiter|Nicht weitergeben|an niemanden weiter/,
  en: /Do not share/,
  es: /No la compartas/,
  fil: /Huwag itong ibahagi/,
  fr: /Ne le (partagez|communiquez)|ne le partagez/,
  hi: /न बताएँ|साझा न करें|न बताएं/,
  id: /Jangan bagikan|Rahasiakan/,
  it: /Non comunicarlo/,
  ja: /教えないで/,
  ko: /알려주지 마세요|공유 금지/,
  ms: /Jangan kongsi/,
  pl: /Nie (podawaj|udost)/,
  pt: /Nunca compartilhe/,
  ru: /[Нн]е (говорите|сообщайте)|не сообщайте/,
  ta: /பகிர வேண்டாம்|பகிராதீர்/,
  te: /చెప్పకండి/,
  th: /ห้ามบอก/,
  tr: /kimseye vermeyin/,
  vi: /Không chia sẻ|Giữ bí mật/,
  'zh-Hant': /請勿/,
};

const SCRIPTS: Readonly<Record<string, string>> = {
  ar: 'Arabic',
  bn: 'Bengali',
  hi: 'Devanagari',
  ja: 'Hiragana',
  ko: 'Hangul',
  ru: 'Cyrillic',
  ta: 'Tamil',
  te: 'Telugu',
  th: 'Thai',
  'zh-Hant': 'Han',
};

function compose(language: string, context: (typeof textContexts)[number], brand: string): string {
  const templates = createTemplates({}, { brand, defaultLanguage: 'en', tokenLine: 'last', codeLength: 10 });
  const otpContext = context === 'general' ? undefined : context;
  const code = new Secret(LONGEST_CODE);
  const smsMatchingToken = new Secret(TOKEN);
  const composed = writeSmsText(templates, { language, otpContext, code, smsMatchingToken });
  assert.equal(composed.language, language);
  return composed.text.reveal();
}

test('the shipped languages are there', () => {
  assert.deepEqual(
    Object.keys(smsTexts).sort(),
    'ar bn de en es fil fr hi id it ja ko ms pl pt ru ta te th tr vi zh-Hant'.split(' ').sort(),
  );
});

for (const [language, texts] of Object.entries(smsTexts)) {
  describe(language, () => {
    const isGsm7 = GSM7_LANGUAGES.includes(language);
    const brand = 'M'.repeat(BRAND_CHARACTERS[isGsm7 ? 'gsm-7' : 'ucs-2']);

    for (const context of textContexts) {
      const template = texts[context];

      test(`[SMS-7, SMS-15, SMS-18] ${context} fits one segment and 140 bytes with a code of ten digits`, () => {
        const message = compose(language, context, brand);
        assert.ok(Buffer.byteLength(message, 'utf8') <= 140, `${Buffer.byteLength(message, 'utf8')} bytes`);
        // Counted without the code under test: all characters of these texts take one unit.
        assert.ok(message.length <= (isGsm7 ? 160 : 70), `${message.length} units`);
        assert.match(message, /^[^\u{10000}-\u{10ffff}^{}\\~|€]*$/u);
        if (isGsm7) assert.match(message.replaceAll(GSM7_ACCENTS, ''), /^[\n -_a-z]*$/);
      });

      test(`[SMS-9, SMS-11] the code is the only thing in ${context} that looks like one`, () => {
        const [body = ''] = compose(language, context, 'Acme').split('\n\n');
        // As Android's regular expressions see words: letters, marks and digits of every script.
        const words = body.split(/[^\p{L}\p{M}\p{N}_]+/u);
        assert.deepEqual(
          words.filter((word) => /\p{N}/u.test(word)),
          [LONGEST_CODE],
        );
      });

      test(`[SMS-3] in ${context} no sign after the code can be read as a digit of it`, () => {
        assert.match(template, /\{code\}([ \n.,:)]|$)/);
      });

      test(`${context} is sound text`, () => {
        assert.equal(template, template.normalize('NFC'));
        assert.match(template, /\{brand\}/);
        assert.doesNotMatch(template, /[\p{Cf}\u00a0“”‘’–—]| {2}/u);
        const script = SCRIPTS[language];
        if (script !== undefined) assert.match(template, new RegExp(`\\p{Script=${script}}`, 'u'));
        else assert.match(template, /^[\p{Script=Latin}\p{Script=Common}]*$/u);
      });
    }

    test('says for each context what the code is for', () => {
      assert.equal(new Set(Object.values(texts)).size, textContexts.length);
    });
  });
}

test('every wording that can be shown, and every message with it, asks not to share the code', () => {
  for (const tokenLine of ['first', 'last'] as const) {
    const options = { brand: 'Acme', defaultLanguage: 'en', tokenLine, codeLength: 10 };
    const wordings = listWordings(createTemplates({}, options));
    assert.equal(wordings.length, Object.keys(WARNINGS).length * textContexts.length);
    for (const { language, context, text, message } of wordings) {
      assert.match(text, WARNINGS[language] ?? /never/, `${language}.${context}`);
      assert.match(message, WARNINGS[language] ?? /never/, `${language}.${context}`);
    }
  }
});

const { ar: arabic } = smsTexts;

for (const context of textContexts) {
  test(`Arabic ${context} runs from right to left and keeps its code in one piece`, () => {
    const template = arabic?.[context] ?? '';
    // The first strong character sets the direction of a line.
    for (const line of template.replaceAll(/\{\w+\}/g, '').split('\n')) {
      assert.match(line, /^\P{L}*\p{Script=Arabic}/u);
    }
    assert.match(template, /^\p{Script=Arabic}/u);
    // The code ends its line: nothing after it can be drawn among its digits.
    assert.match(template, / \{code\}\n/);
  });
}

test('the check that runs at the start agrees, with both token lines', () => {
  for (const tokenLine of ['first', 'last'] as const) {
    const options = { brand: 'M'.repeat(12), defaultLanguage: 'en', tokenLine, codeLength: 10 };
    const report = checkTemplates(createTemplates({}, options));
    assert.equal(report.fits, true);
    const gsm7 = report.texts.filter(({ encoding }) => encoding === 'gsm-7').map(({ language }) => language);
    assert.deepEqual([...new Set(gsm7)], GSM7_LANGUAGES);
  }
});
