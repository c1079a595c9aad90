import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measureSms } from '../../../src/domain/text/sms-encoding.ts';

/** The table of 3GPP TS 23.038 by code point, written another way than in the code under test. */
const BASIC_CODE_POINTS = [
  0x40, 0xa3, 0x24, 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2, 0xc7, 0x0a, 0xd8, 0xf8, 0x0d, 0xc5, 0xe5, 0x394, 0x5f,
  0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0xc6, 0xe6, 0xdf, 0xc9, 0xa4, 0xa1, 0xc4,
  0xd6, 0xd1, 0xdc, 0xa7, 0xbf, 0xe4, 0xf6, 0xf1, 0xfc, 0xe0, 0x20,
];
const EXTENSION = ['^', '{', '}', '\\', '[', ']', '~', '|', '€', '\f'];

function isBasic(codePoint: number): boolean {
  const asciiOfItsOwn =
    codePoint > 0x20 && codePoint < 0x7f && !'`@$_^{}\\[]~|'.includes(String.fromCodePoint(codePoint));
  return asciiOfItsOwn || BASIC_CODE_POINTS.includes(codePoint);
}

/** A slow model: the text as a list of indivisible pieces that are laid into parts one by one. */
function model(text: string, partUnits: { gsm7: number; ucs2: number }) {
  const characters = [...text];
  const isKnown = (character: string) =>
    EXTENSION.includes(character) || isBasic(character.codePointAt(0) ?? 0);
  const gsm7 = characters.every(isKnown);
  const pieces = characters.map((character) =>
    gsm7 ? (EXTENSION.includes(character) ? ['ESC', character] : [character]) : character.split(''),
  );
  const capacity = gsm7 ? { single: 160, part: partUnits.gsm7 } : { single: 70, part: partUnits.ucs2 };
  const units = pieces.flat().length;
  if (units <= capacity.single) return { gsm7, units, segments: 1 };
  const parts: string[][] = [[]];
  for (const piece of pieces) {
    const last = parts.at(-1) ?? [];
    if (last.length + piece.length <= capacity.part) last.push(...piece);
    else parts.push([...piece]);
  }
  return { gsm7, units, segments: parts.length };
}

const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'aZ09 é\nñ@_Ω') },
      { weight: 3, arbitrary: fc.constantFrom(...EXTENSION) },
      { weight: 1, arbitrary: fc.constantFrom('á', '’', 'क', '😀', '𐍈', '\ud83d', '`') },
    ),
    { maxLength: 400 },
  )
  .map((characters) => characters.join(''));
const gsm7Text = text.map((mixed) =>
  [...mixed].filter((character) => !/[á’क😀𐍈`\ud83d]/u.test(character)).join(''),
);

for (const [reference, partUnits] of [
  ['8-bit', { gsm7: 153, ucs2: 67 }],
  ['16-bit', { gsm7: 152, ucs2: 66 }],
] as const) {
  test(`[SMS-13, SMS-14, SMS-15, SMS-16] encoding, units and segments are those of a slow model (${reference})`, () => {
    fc.assert(
      fc.property(fc.oneof(text, gsm7Text), (message) => {
        const { encoding, units, segments } = measureSms(message, reference);
        assert.deepEqual({ gsm7: encoding === 'gsm-7', units, segments }, model(message, partUnits));
      }),
      { numRuns: 500 },
    );
  });
}

test('[SMS-13, SMS-15] exactly the characters of both sets stay in GSM-7', () => {
  const forcing = new Set<string>();
  for (let codePoint = 0; codePoint <= 0xffff; codePoint += 1) {
    const character = String.fromCharCode(codePoint);
    const { encoding } = measureSms(character);
    assert.equal(
      encoding === 'gsm-7',
      isBasic(codePoint) || EXTENSION.includes(character),
      `U+${codePoint.toString(16)}`,
    );
    if (encoding === 'ucs-2') forcing.add(character);
  }
  // 127 characters and ESC in the basic set, 10 in the extension.
  assert.equal(0x10000 - forcing.size, 137);
});

const vectors: readonly (readonly [
  name: string,
  text: string,
  units: number,
  eight: number,
  sixteen: number,
])[] = [
  ['nothing', '', 0, 1, 1],
  ['160 basic characters', 'a'.repeat(160), 160, 1, 1],
  ['161 basic characters', 'a'.repeat(161), 161, 2, 2],
  ['304 basic characters', 'a'.repeat(304), 304, 2, 2],
  ['306 basic characters', 'a'.repeat(306), 306, 2, 3],
  ['307 basic characters', 'a'.repeat(307), 307, 3, 3],
  ['80 euro signs', '€'.repeat(80), 160, 1, 1],
  ['81 euro signs', '€'.repeat(81), 162, 2, 2],
  // 153 septets hold 76 pairs and leave one septet empty.
  ['153 euro signs', '€'.repeat(153), 306, 3, 3],
  ['an escape pair across the 153rd septet', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 306, 3, 3],
  ['70 UCS-2 units', 'क'.repeat(70), 70, 1, 1],
  ['71 UCS-2 units', 'क'.repeat(71), 71, 2, 2],
  ['134 UCS-2 units', 'क'.repeat(134), 134, 2, 3],
  ['35 surrogate pairs', '😀'.repeat(35), 70, 1, 1],
  // 67 units hold 33 pairs and leave one unit empty.
  ['67 surrogate pairs', '😀'.repeat(67), 134, 3, 3],
  ['a surrogate pair across the 67th unit', `${'क'.repeat(66)}😀${'क'.repeat(66)}`, 134, 3, 3],
];

for (const [name, message, units, eight, sixteen] of vectors) {
  test(`[SMS-14, SMS-16] ${name}: ${units} units in ${eight} and ${sixteen} segments`, () => {
    assert.equal(measureSms(message).units, units);
    assert.equal(measureSms(message, '8-bit').segments, eight);
    assert.equal(measureSms(message, '16-bit').segments, sixteen);
  });
}

test('[SMS-15] a single accent costs more than half of the room, and is named', () => {
  assert.deepEqual(measureSms('Su código es'), {
    encoding: 'ucs-2',
    units: 12,
    unitsMax: 70,
    segments: 1,
    forcing: ['ó'],
  });
  assert.deepEqual(measureSms('¿Su clave? ñ é ü').encoding, 'gsm-7');
  assert.deepEqual(measureSms('“não” — não').forcing, ['“', 'ã', '”', '—']);
});

test('[SMS-17] an SMS matching token, <#>, digits and a line break take one septet each', () => {
  assert.equal(measureSms('<#> 0123456789\n\nAB+/-_5678C').units, 27);
});

test('[SMS-18] a full segment is 140 octets in either encoding', () => {
  assert.equal((measureSms('a').unitsMax * 7) / 8, 140);
  assert.equal(measureSms('á').unitsMax * 2, 140);
});
