import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { codesEqual, deriveCode } from '../../../src/domain/challenge/otp-code.ts';
import { Secret } from '../../../src/ports/secret.ts';

const secret = createSecretKey(Uint8Array.from({ length: 32 }, (_, index) => index));
const nonce = Uint8Array.from({ length: 16 }, (_, index) => 0x10 + index);
const origin = { secret, nonce, challengeId: 'AbCdEfGh01234567', length: 6 };

// Computed with Python's hmac module.
for (const [length, code] of [
  [4, '9790'],
  [6, '439791'],
  [10, '3682925833'],
] as const) {
  test(`[VO-8] a code of ${length} digits never changes from release to release`, () => {
    assert.equal(deriveCode({ ...origin, length }).reveal(), code);
  });
}

test('[VO-8] leading zeros are kept', () => {
  assert.equal(deriveCode({ ...origin, challengeId: 'AbCdEfGh00002716' }).reveal(), '000754');
});

test('[SMS-9, SMS-10] a code is all digits, as many as asked for', () => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
  const length = fc.integer({ min: 4, max: 10 });
  fc.assert(
    fc.property(bytes(32), bytes(16), fc.string(), length, (key, random, challengeId, digits) => {
      const code = deriveCode({
        secret: createSecretKey(key),
        nonce: random,
        challengeId,
        length: digits,
      }).reveal();
      assert.match(code, /^[0-9]+$/);
      assert.equal(code.length, digits);
    }),
  );
});

test('each part of the origin changes the code', () => {
  const codes = [
    origin,
    { ...origin, secret: createSecretKey(secret.export().toReversed()) },
    { ...origin, nonce: nonce.toReversed() },
    { ...origin, challengeId: 'AbCdEfGh01234568' },
    { ...origin, length: 7 },
    // The same bytes in all, cut elsewhere.
    { ...origin, challengeId: 'AbCdEfGh0123456', nonce: Uint8Array.of(0x37, ...nonce) },
  ].map((changed) => deriveCode(changed).reveal().slice(-6));
  assert.equal(new Set(codes).size, codes.length);
});

for (const length of [3, 11, 6.5, Number.NaN]) {
  test(`a length of ${length} is refused`, () => {
    assert.throws(() => deriveCode({ ...origin, length }), RangeError);
  });
}

test('a secret that could be guessed is refused', () => {
  assert.throws(() => deriveCode({ ...origin, secret: createSecretKey(Buffer.alloc(15)) }), RangeError);
});

test('[SMS-10] codes are spread evenly, in every place and over the whole range', () => {
  const count = 20_000;
  const codes = Array.from({ length: count }, (_, index) =>
    deriveCode({ ...origin, challengeId: `challenge-${index}` }).reveal(),
  );
  // 99.99 % of fair draws stay below: 9 degrees of freedom for a place, 999 for a thousandth of the range.
  for (let place = 0; place < 6; place += 1) {
    const digits = codes.map((code) => Number(code[place]));
    assert.ok(chiSquare(digits, 10) < 33.7, `place ${place}: ${chiSquare(digits, 10)}`);
  }
  const thousandths = codes.map((code) => Number(code.slice(0, 3)));
  assert.ok(chiSquare(thousandths, 1000) < 1175, `range: ${chiSquare(thousandths, 1000)}`);
});

function chiSquare(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test('[VO-7, VO-8] codes are equal if they are the same string, and never otherwise', () => {
  const text = fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units));
  const code = fc.oneof(text, fc.stringMatching(/^[0-9]{4,10}$/));
  fc.assert(
    fc.property(code, code, (one, other) => {
      assert.equal(codesEqual(new Secret(one), new Secret(other)), one === other);
      assert.equal(codesEqual(new Secret(one), new Secret(one)), true);
    }),
    {
      examples: [
        ['\ud800', '\udbff'],
        ['', '0'],
      ],
    },
  );
});

for (const typed of [
  '0123456',
  '12345',
  ' 012345',
  '012345\n',
  '０12345',
  '٠12345',
  '',
  '012345'.repeat(9999),
]) {
  test(`[VO-8] ${inspect(typed.slice(0, 10))} is not taken for 012345`, () => {
    assert.equal(codesEqual(new Secret('012345'), new Secret(typed)), false);
  });
}

test('[ERR-4] a code does not show itself', () => {
  assert.equal(inspect({ code: deriveCode(origin) }).includes('439791'), false);
  assert.equal(JSON.stringify(deriveCode(origin)).includes('439791'), false);
});
