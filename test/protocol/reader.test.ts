import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '../../src/ports/text/json.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { parseRequest } from '../../src/protocol/strict-json.ts';
import { bytesOf } from './examples.ts';

/** What each reading method takes, and one value of every JSON type. */
const READINGS = {
  string: { reads: (reader: Reader) => reader.string('a'), accepts: 'x' },
  identifier: { reads: (reader: Reader) => reader.identifier('a'), accepts: 'x' },
  count: { reads: (reader: Reader) => reader.count('a'), accepts: 1 },
  object: { reads: (reader: Reader) => reader.object('a'), accepts: {} },
} as const;

const OF_EVERY_TYPE: readonly JsonValue[] = ['x', 1, true, {}, []];

for (const [kind, { reads, accepts }] of Object.entries(READINGS)) {
  test(`[OQ-4] ${kind}: absent and null are missing, another type is invalid`, () => {
    for (const body of [{}, { a: null }, { b: accepts }]) {
      assert.throws(() => reads(new Reader(body)), {
        code: 'MISSING_REQUIRED_FIELD',
        description: 'a is required',
      });
    }
    for (const a of OF_EVERY_TYPE.filter((value) => JSON.stringify(value) !== JSON.stringify(accepts))) {
      assert.throws(() => reads(new Reader({ a })), {
        code: 'INVALID_FIELD_VALUE',
        description: /^a must be /,
      });
    }
    assert.doesNotThrow(() => reads(new Reader({ a: accepts })));
  });
}

test('[OQ-4] optional members are undefined when absent or null, and invalid when of another type', () => {
  for (const body of [{}, { a: null }]) {
    const reader = new Reader(body);
    assert.equal(reader.value('a'), undefined);
    assert.equal(reader.optionalString('a'), undefined);
    assert.equal(reader.optionalIdentifier('a'), undefined);
    assert.equal(reader.optionalCount('a'), undefined);
    assert.equal(reader.optionalObject('a'), undefined);
  }
  assert.throws(() => new Reader({ a: false }).optionalString('a'), { code: 'INVALID_FIELD_VALUE' });
  assert.equal(new Reader({ a: false }).value('a'), false);
  assert.equal(new Reader({ a: '' }).optionalString('a'), '');
  assert.equal(new Reader({ a: 0 }).optionalCount('a'), 0);
});

test('[ERR-4] a description names the whole path', () => {
  const inner = new Reader({ a: { b: { c: 'x' } } }).object('a').object('b');
  assert.throws(() => inner.count('c'), { description: 'a.b.c must be a whole number, not below 0' });
  assert.throws(() => inner.string('d'), { description: 'a.b.d is required' });
});

test('[OQ-4] a count is a whole number that a double holds exactly', () => {
  for (const a of [-1, 0.5, 1e300, 2 ** 53]) {
    assert.throws(() => new Reader({ a }).count('a'), { code: 'INVALID_FIELD_VALUE' });
  }
  assert.equal(new Reader({ a: 2 ** 53 - 1 }).count('a'), 2 ** 53 - 1);
});

test('[HDR-9, OQ-34] an identifier is opaque: 1 to 256 characters without controls', () => {
  for (const a of ['bnAxdWTydDX==', ' ', 'é', '1/2+3', '\u{1f600}'.repeat(256), 'x'.repeat(256)]) {
    assert.equal(new Reader({ a }).identifier('a'), a);
  }
  for (const a of ['', 'x'.repeat(257), 'a\u0000', 'a\nb', '\u007f', '\u0085']) {
    assert.throws(() => new Reader({ a }).identifier('a'), {
      code: 'INVALID_FIELD_VALUE',
      description: 'a must be 1 to 256 characters without controls',
    });
  }
});

test('[JSON-3] only what was sent counts, not what objects have anyway', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf']) {
    assert.equal(new Reader({}).value(name), undefined);
    assert.throws(() => new Reader({}).object(name), { code: 'MISSING_REQUIRED_FIELD' });
    assert.equal(new Reader(parseRequest(bytesOf(`{"${name}":"x"}`))).string(name), 'x');
  }
  assert.equal(new Reader(parseRequest(bytesOf('{"__proto__":{"a":"x"}}'))).value('a'), undefined);
});

test('[ERR-4] no description holds a value', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 5, unit: fc.constantFrom('é', '7', '\u0000') }), (a) => {
      for (const { reads } of Object.values(READINGS)) {
        try {
          reads(new Reader({ a }));
        } catch (error) {
          assert.equal(String(error).includes(a), false);
        }
      }
    }),
  );
});

test('[OQ-19] an object of which every member is unset is empty', () => {
  assert.equal(new Reader({}).isEmpty(), true);
  assert.equal(new Reader({ a: null, b: null }).isEmpty(), true);
  assert.equal(new Reader({ a: null, b: false }).isEmpty(), false);
});
