import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  createTemplates,
  TemplateError,
  type TemplateOptions,
} from '../../../src/domain/text/sms-template.ts';
import { smsTexts } from '../../../src/domain/text/sms-texts.ts';

const options: TemplateOptions = { brand: 'Acme', tokenLine: 'last', defaultLanguage: 'en', codeLength: 6 };

function textOf(overrides: unknown, language: string, context: 'association' | 'general' = 'general') {
  const template = createTemplates(overrides, options).byLanguage.get(language)?.[context];
  return template && `${template.beforeCode}#${template.afterCode}`;
}

function faultsOf(overrides: unknown, change: Partial<TemplateOptions> = {}): readonly string[] {
  try {
    createTemplates(overrides, { ...options, ...change });
    return [];
  } catch (error) {
    assert.ok(error instanceof TemplateError);
    const reasons = error.faults.map(({ reason }) => reason);
    for (const reason of reasons) assert.ok(error.message.includes(`- ${reason}`));
    return reasons;
  }
}

test('without overrides every shipped language is there', () => {
  const { byLanguage } = createTemplates({}, options);
  assert.deepEqual([...byLanguage.keys()], Object.keys(smsTexts));
});

test('an overridden text takes the place of the shipped one; the others stay', () => {
  const overrides = { en: { general: 'Code {code}' } };
  assert.equal(textOf(overrides, 'en'), 'Code #');
  assert.equal(textOf(overrides, 'en', 'association'), textOf({}, 'en', 'association'));
});

test('what a language lacks it takes from the broader one, overridden or not', () => {
  const overrides = { 'pt-BR': { association: 'BR {code}' }, pt: { general: 'PT {code}' } };
  assert.equal(textOf(overrides, 'pt-BR', 'association'), 'BR #');
  assert.equal(textOf(overrides, 'pt-BR'), 'PT #');
  assert.equal(textOf(overrides, 'pt', 'association'), textOf({}, 'pt', 'association'));
});

test('a new language needs no more than its general text', () => {
  assert.equal(textOf({ sw: { general: 'Namba: {code}' } }, 'sw', 'association'), 'Namba: #');
  assert.deepEqual(faultsOf({ sw: { association: 'Namba: {code}' } }), [
    'sw has no text for general, which serves where another is missing',
  ]);
});

test('{brand} may stand nowhere, or more than once', () => {
  assert.equal(textOf({ en: { general: '{brand}: {code} ({brand})' } }, 'en'), 'Acme: # (Acme)');
  assert.equal(textOf({ en: { general: '{code}' } }, 'en'), '#');
});

test('only the languages asked for are there', () => {
  const { byLanguage } = createTemplates({}, { ...options, languages: ['EN', 'hi'] });
  assert.deepEqual([...byLanguage.keys()], ['en', 'hi']);
  assert.match(
    faultsOf({}, { languages: ['en', 'sw'] })[0] ?? '',
    /^the language sw has no texts; there are ar, /,
  );
  assert.deepEqual(faultsOf({}, { languages: ['hi'] }), [
    'the default language en has no texts; there are hi',
  ]);
});

const sound = 'A-1 {code}.';
const faulty: readonly (readonly [text: unknown, fault: string])[] = [
  ['Your code', 'has no {code}'],
  ['{code} {code}', 'has {code} 2 times; once is enough'],
  [`${sound} {otp}`, 'has the unknown placeholder {otp}; known are {code} and {brand}'],
  [`${sound} {}`, 'has the unknown placeholder {}; known are {code} and {brand}'],
  [
    `${sound} {smsMatchingToken}`,
    'has {smsMatchingToken}; the SMS matching token is put on a line of its own and is no part of a text',
  ],
  [`${sound} }`, 'has a brace that belongs to no placeholder'],
  [`${sound} {`, 'has a brace that belongs to no placeholder'],
  [`${sound}\n`, 'begins or ends with white space'],
  [` ${sound}`, 'begins or ends with white space'],
  [`${sound}\n\nBye`, 'has an empty line; only the SMS matching token is set off by one'],
  [`${sound}\n \nBye`, 'has an empty line; only the SMS matching token is set off by one'],
  [`${sound}\r\nBye`, 'has the control character U+000D at place 12'],
  [`${sound}\u2028Bye`, 'has the invisible character U+2028 at place 12'],
  [`${sound}\u0000Bye`, 'has the control character U+0000 at place 12'],
  [`${sound}\ud83d`, 'has half of a surrogate pair U+D83D at place 12'],
  ['\u202e{code} is your code', 'has the invisible character U+202E at place 1'],
  ['A{code}', 'has a letter or digit next to {code}; set it off by a space or a sign'],
  ['_{code}', 'has a letter or digit next to {code}; set it off by a space or a sign'],
  ['{code}です', 'has a letter or digit next to {code}; set it off by a space or a sign'],
  ['{brand}{code}', 'has a letter or digit next to {code}; set it off by a space or a sign'],
  ['{code} until 2026', 'has "2026", which could be taken for the code'],
  ['{code} or call 1-800-5551', 'has "5551", which could be taken for the code'],
  ['{code} for order A1234', 'has "A1234", which could be taken for the code'],
  ['{code} for A123456789', 'has "A123456789", which could be taken for the code'],
  [7, 'is not a text'],
  [null, 'is not a text'],
];

for (const [text, fault] of faulty) {
  test(`[SMS-2, SMS-3, SMS-11] a text ${inspect(text)} ${fault}`, () => {
    assert.deepEqual(faultsOf({ en: { general: text } }), [`en.general ${fault}`]);
  });
}

for (const text of [
  sound,
  '<#> {brand}\n{code}',
  '({code})',
  '{code}, 24h',
  '{brand}: {code}',
  'कोड {code}',
  '10 m: {code}',
  '{code} for A1234567890',
]) {
  test(`a text ${inspect(text)} is sound`, () => assert.deepEqual(faultsOf({ en: { general: text } }), []));
}

for (const [overrides, fault] of [
  [[], 'the texts are not a table of languages'],
  ['en', 'the texts are not a table of languages'],
  [null, 'the texts are not a table of languages'],
  [
    { en: 'Code {code}' },
    'en is not a table of texts; write some of association, mandateCreation, associationWithMandateCreation, general in it',
  ],
  [
    { en: { mandate: 'Code {code}' } },
    'en.mandate is not a context; there are association, mandateCreation, associationWithMandateCreation, general',
  ],
  [{ 'en-': {} }, 'en- is not a language tag; write one such as pt or pt-BR'],
  [{ 'pt-BR': {}, pt_br: {} }, 'pt_br stands there twice, in two spellings'],
] as const) {
  test(`overrides ${inspect(overrides)} are refused`, () => assert.deepEqual(faultsOf(overrides), [fault]));
}

for (const [brand, fault] of [
  ['', 'is empty'],
  [' Acme', 'begins or ends with white space'],
  ['Ac\nme', 'has a brace or a line break'],
  ['{code}', 'has a brace or a line break'],
  ['Ac\tme', 'has the control character U+0009 at place 3'],
  ['Ac\u00adme', 'has the invisible character U+00AD at place 3'],
] as const) {
  test(`a brand ${inspect(brand)} ${fault}`, () =>
    assert.deepEqual(faultsOf({}, { brand }), [`the brand ${fault}`]));
}

test('all faults are told at once', () => {
  const overrides = { en: { general: 'no', associate: 'x' }, sw: {}, 'x-': {} };
  assert.deepEqual(
    faultsOf(overrides, { brand: '', defaultLanguage: 'zu' }).map((fault) => fault.split(';')[0]),
    [
      'the brand is empty',
      'en.general has no {code}',
      'en.associate is not a context',
      'x- is not a language tag',
      'sw has no text for general, which serves where another is missing',
      'the default language zu has no texts',
    ],
  );
});
