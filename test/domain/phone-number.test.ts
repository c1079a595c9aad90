import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type CountryCode, getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { countryOf, isPlausible, maskPhoneNumber, phoneNumberSecret } from '../../src/domain/phone-number.ts';
import { isE164 } from '../../src/ports/e164.ts';

for (const number of ['+14035551111', '+918067218010', '+12', '+123456789012345', '+6834', '+2908']) {
  test(`[SO-3, TEL-1] ${number} is E.164`, () => assert.equal(isE164(number), true));
}

for (const number of [
  '',
  '+',
  '+1',
  '+0123456',
  '14035551111',
  '0014035551111',
  '+1234567890123456',
  '+1 4035551111',
  '+1-403-555-1111',
  '+1(403)5551111',
  ' +14035551111',
  '+14035551111\n',
  '+14035551111\n+14035551112',
  '\n+14035551111',
  '+14035551111;ext=1',
  '+1403555111a',
  '++14035551111',
  '＋14035551111',
  '+١٤٠٣٥٥٥١١١١',
]) {
  test(`[SO-3, TEL-1, TEL-2] ${inspect(number)} is not E.164`, () => assert.equal(isE164(number), false));
}

for (const [number, masked] of [
  ['+14035551111', '+1403*****11'],
  ['+918067218010', '+9180******10'],
  ['+123456789012345', '+1234*********45'],
  ['+12345678', '+1*****78'],
  ['+1234567', '+12*****'],
  ['+12345', '+*****'],
  ['+12', '+**'],
  ['hello', '[phone number]'],
  ['', '[phone number]'],
] as const) {
  test(`[ERR-4] ${inspect(number)} is shown as ${masked}`, () => {
    assert.equal(maskPhoneNumber(number), masked);
    assert.equal(inspect(phoneNumberSecret(number)), masked);
    assert.equal(phoneNumberSecret(number).reveal(), number);
  });
}

test('[ERR-4] a shown number hides five digits or all, and keeps its length', () => {
  const number = fc.stringMatching(/^\+[1-9][0-9]{1,14}$/);
  fc.assert(
    fc.property(number, (e164) => {
      const masked = maskPhoneNumber(e164);
      assert.equal(masked.length, e164.length);
      assert.ok((masked.match(/\*/g) ?? []).length >= Math.min(5, e164.length - 1));
    }),
  );
});

/** Territories whose mobile numbers lie in ranges of a larger neighbour's plan. */
const SHARED_RANGES: Readonly<Record<string, string>> = {
  AX: 'FI',
  BL: 'GP',
  CC: 'AU',
  CX: 'AU',
  EH: 'MA',
  IM: 'GB',
  MF: 'GP',
  SJ: 'NO',
  VA: 'IT',
};

test('an example of each country’s mobile numbers belongs to that country', () => {
  const countries = Object.keys(examples) as CountryCode[];
  assert.ok(countries.length > 240);
  for (const country of countries) {
    const number = `+${getCountryCallingCode(country)}${examples[country]}`;
    assert.equal(countryOf(number), SHARED_RANGES[country] ?? country);
  }
});

for (const [number, country] of [
  ['+14035551111', 'CA'],
  ['+18765551234', 'JM'],
  ['+447624123456', 'IM'],
  ['+77011234567', 'KZ'],
  ['+38349123456', 'XK'],
  ['+80012345678', undefined],
  ['+88213300655', undefined],
  ['+99912345', undefined],
  ['+12', 'US'],
  ['0014035551111', undefined],
  ['+1 403 555 1111', undefined],
] as const) {
  test(`${number} belongs to ${country ?? 'no one country'}`, () => assert.equal(countryOf(number), country));
}

test('[OQ-83] a number of an unknown range belongs to the main country of its calling code, whatever its length', () => {
  // Ranges that the numbering plans lack, too short and too long ones among them.
  for (const [callingCode, country] of [
    ['1', 'US'],
    ['7', 'RU'],
    ['39', 'IT'],
    ['44', 'GB'],
    ['47', 'NO'],
    ['61', 'AU'],
    ['212', 'MA'],
    ['262', 'RE'],
    ['290', 'SH'],
    ['358', 'FI'],
    ['590', 'GP'],
    ['599', 'CW'],
  ] as const) {
    for (const rest of ['0', '000', '0000000', '00000000000']) {
      assert.equal(countryOf(`+${callingCode}${rest}`), country);
    }
  }
  for (const areaCode of [357, 436, 457, 465, 471, 483, 565, 621, 624, 679, 729, 837, 851, 861, 924]) {
    assert.equal(countryOf(`+1${areaCode}5550100`), 'US');
  }
});

test('[OQ-83] every E.164 number with a calling code that countries have belongs to one of those countries', () => {
  const byCallingCode = new Map<string, string[]>();
  for (const country of getCountries()) {
    const code = getCountryCallingCode(country);
    byCallingCode.set(code, [...(byCallingCode.get(code) ?? []), country]);
  }
  const number = fc
    .tuple(fc.constantFrom(...byCallingCode.keys()), fc.stringMatching(/^[0-9]{1,12}$/))
    .map(([code, rest]) => ({ code, e164: `+${code}${rest}` }));
  fc.assert(
    fc.property(number, ({ code, e164 }) => {
      assert.ok(byCallingCode.get(code)?.includes(countryOf(e164) ?? ''), e164);
    }),
    { numRuns: 2000 },
  );
  for (const nowhere of ['800', '808', '870', '878', '881', '882', '883', '888', '979', '999', '210']) {
    assert.equal(countryOf(`+${nowhere}12345678`), undefined);
  }
});

for (const [number, impossible, notMobile] of [
  ['+14035551111', true, true],
  ['+918123456789', true, true],
  // A fixed line, a free number, a premium number.
  ['+390669812345', true, false],
  ['+18005551234', true, false],
  ['+4490912345678', false, false],
  // A digit too many; an unassigned calling code.
  ['+140355511112', false, false],
  ['+99912345', false, false],
  // Short, or in a range that the library does not know.
  ['+1403555', true, true],
  ['+4911512345678', true, true],
] as const) {
  test(`[TEL-3] ${number} is ${impossible ? '' : 'im'}possible and ${notMobile ? 'may be' : 'is not'} mobile`, () => {
    assert.equal(isPlausible(number), true);
    assert.equal(isPlausible(number, 'never'), true);
    assert.equal(isPlausible(number, 'impossible'), impossible);
    assert.equal(isPlausible(number, 'not-mobile'), notMobile);
  });
}

test('[TEL-3] by default every E.164 number is plausible, and nothing else is', () => {
  fc.assert(fc.property(fc.stringMatching(/^\+[1-9][0-9]{1,14}$/), (number) => isPlausible(number)));
  assert.equal(isPlausible('14035551111'), false);
});

test('no string makes any of it throw', () => {
  const number = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^\+?[0-9 ()\-.;ext]{0,20}$/),
    fc.stringMatching(/^\+[1-9][0-9]{1,14}$/),
  );
  fc.assert(
    fc.property(number, (text) => {
      countryOf(text);
      maskPhoneNumber(text);
      isPlausible(text, 'impossible');
      isPlausible(text, 'not-mobile');
    }),
    { numRuns: 2000 },
  );
});
