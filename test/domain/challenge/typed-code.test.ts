import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { readTypedCode } from '../../../src/domain/challenge/typed-code.ts';
import { Secret } from '../../../src/ports/secret.ts';

function read(typed: string): string {
  return readTypedCode(new Secret(typed)).reveal();
}

/** Of the planes that hold digits, dashes and marks. */
const everyCharacter = [0x00000, 0x10000, 0xe0000].flatMap((plane) =>
  Array.from({ length: 0x10000 }, (_, index) => String.fromCodePoint(plane + index)),
);

for (const typed of [
  ' 012345',
  '012345\n',
  '012 345',
  '012-345',
  '0 1 2 3 4 5',
  '01\u201323\u201445',
  '012\u2212345',
  '012\u2011345',
  '\u200E012345\u200F',
  '\u2066012345\u2069',
  '\uFEFF012\u00AD345',
  '012\u00A0345',
  '012\u3000345\r\n',
  '٠١٢٣٤٥',
  '۰۱۲۳۴۵',
  '०१२३४५',
  '০১২৩৪৫',
  '０１２３４５',
  '𝟎𝟏𝟐𝟑𝟒𝟓',
  '٠۱२3৪５',
  `${' '.repeat(58)}012345`,
]) {
  test(`[OQ-84] ${inspect(typed)} is read as 012345`, () => assert.equal(read(typed), '012345'));
}

for (const typed of [
  '',
  '12345',
  '0123456',
  'O12345',
  '012345a',
  '012.345',
  '012,345',
  '012_345',
  '+012345',
  '①②③④⑤',
  '⁰¹²³⁴⁵',
  '0٫12345',
  '一二三四五',
  '\ud835012345',
  `${' '.repeat(59)}012345`,
  '012345'.repeat(9999),
]) {
  test(`[OQ-84] ${inspect(typed.slice(0, 12))} is not read as 012345`, () =>
    assert.notEqual(read(typed), '012345'));
}

test('[OQ-84] every decimal digit of Unicode is read as its own value', () => {
  const digits = everyCharacter.filter((character) => /^\p{Nd}$/u.test(character));
  assert.ok(digits.length >= 660 && digits.length % 10 === 0);
  for (const [index, digit] of digits.entries()) assert.equal(read(digit), String(index % 10));
  // A second opinion, from the compatibility forms and the number systems of ICU.
  for (const digit of digits) {
    const compatible = digit.normalize('NFKC');
    if (/^[0-9]$/.test(compatible)) assert.equal(read(digit), compatible);
  }
  for (const numberingSystem of Intl.supportedValuesOf('numberingSystem')) {
    const format = new Intl.NumberFormat('en', { numberingSystem, useGrouping: false });
    const shown = format.format(9876543210);
    if (/^\p{Nd}{10}$/u.test(shown)) assert.equal(read(shown), '9876543210');
  }
});

test('[OQ-84] of all other characters, nothing but what is white, a dash or unseen is passed over', () => {
  for (const character of everyCharacter.filter((one) => !/^\p{Nd}$/u.test(one))) {
    const passedOver = /^[\s\p{Pd}\u2212\p{Default_Ignorable_Code_Point}]$/u.test(character);
    const known = read(`1${character}2`);
    if (passedOver) assert.equal(known, '12');
    else assert.ok(known === `1${character}2` || /^\p{Dash}|\x85$/u.test(character), inspect(character));
  }
});

test('[OQ-84] plain digits stay what they are, and nothing makes it throw', () => {
  fc.assert(fc.property(fc.stringMatching(/^[0-9]{0,64}$/), (typed) => read(typed) === typed));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (typed) => void read(typed)));
});

test('[ERR-4] what was typed does not show itself', () => {
  assert.equal(inspect({ code: readTypedCode(new Secret('12 34 56')) }).includes('1234'), false);
});
