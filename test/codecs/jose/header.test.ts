import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readJoseHeader } from '../../../src/codecs/jose/header.ts';
import { computedMs } from '../../support/computed-ms.ts';
import { encode } from './forge.ts';

const read = (text: string) => readJoseHeader(encode(text));

/** Everything that isn't ASCII escaped, as some writers do. */
function escaped(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

describe('JOSE headers', () => {
  test('members are read with their values', () => {
    const header = read(
      ' {"alg" : "RSA-OAEP-256",\r\n\t"kid":"a\\u003d\\/b", "iat":1795341600, "x":-1.5e3, "y":null, "z":true} ',
    );
    assert.ok(header);
    assert.deepEqual(Object.fromEntries(header), {
      alg: 'RSA-OAEP-256',
      kid: 'a=/b',
      iat: 1_795_341_600,
      x: -1500,
      y: null,
      z: true,
    });
  });

  test('[OQ-52] what passes means the same to JSON.parse', () => {
    const name = fc
      .string({ unit: fc.constantFrom(...'abcdXYZ019_#.:/-'), minLength: 1, maxLength: 12 })
      .filter((text) => text !== 'b64');
    const text = { maxLength: 16 };
    const value = fc.oneof(
      fc.string(text),
      fc.string({ unit: 'binary', ...text }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value, { minKeys: 1, maxKeys: 6 }), (members) => {
        const text = escaped(JSON.stringify(members));
        const header = read(text);
        assert.ok(header, text);
        assert.deepEqual(Object.fromEntries(header), { ...(JSON.parse(text) as object) });
      }),
    );
  });

  test('[JSON-2, OQ-52] a name that occurs twice is refused, and so is one that is escaped', () => {
    for (const text of [
      '{"alg":"RS256","alg":"none"}',
      '{"alg":"RS256","alg":"RS256"}',
      '{"alg":"RS256","\\u0061lg":"none"}',
      '{"\\u0061lg":"none"}',
      '{"\\\\":1}',
      '{"a\\nb":1}',
    ]) {
      assert.equal(read(text), undefined, text);
    }
  });

  test('[OQ-52] what is not a flat object of strict JSON in ASCII is refused', () => {
    for (const text of [
      '',
      '{}',
      'null',
      '"alg"',
      '[{"alg":"RS256"}]',
      '{"alg":"RS256"',
      '{"alg":"RS256"}}',
      '{"alg":"RS256"} x',
      '{"alg":"RS256",}',
      '{,"alg":"RS256"}',
      '{"alg":"RS256" "kid":"a"}',
      "{'alg':'RS256'}",
      '{alg:"RS256"}',
      '{"alg":"RS256"}//',
      '/**/{"alg":"RS256"}',
      '{"a":NaN}',
      '{"a":01}',
      '{"a":1.}',
      '{"a":+1}',
      '{"a":"\n"}',
      '{"a":"\\x"}',
      '{"a":"\\u12"}',
      '{"a":"é"}',
      '\ufeff{"a":1}',
      '{"a":{}}',
      '{"a":[]}',
      '{"a":undefined}',
      '{"":1}',
      '{"a b":1}',
    ]) {
      assert.equal(read(text), undefined, text);
    }
  });

  for (const member of [
    '"crit":["exp"]',
    '"crit":"exp"',
    '"b64":true',
    '"b64":false',
    '"jku":"https://a"',
    '"jwk":{}',
    '"jwk":"a"',
    '"x5u":"https://a"',
    '"x5c":["a"]',
    '"x5c":"a"',
  ]) {
    test(`[JWE-2, OQ-52] ${member} is refused`, () => {
      assert.equal(read(`{"alg":"RS256",${member}}`), undefined);
    });
  }

  test('[OQ-52] a long header is refused without being read, deep nesting costs nothing', () => {
    const kid = (length: number) => `{"kid":"${'a'.repeat(length)}"}`;
    assert.ok(read(kid(1526)));
    assert.equal(read(kid(1530)), undefined);
    const startMs = computedMs();
    assert.equal(readJoseHeader('A'.repeat(260_000)), undefined);
    assert.equal(read(`{"a":${'['.repeat(1400)}`), undefined);
    assert.equal(read(`{${'"a":1,'.repeat(250)}`), undefined);
    assert.equal(read(`{"a":"${'\\\\'.repeat(700)}`), undefined);
    assert.equal(read(`{${' '.repeat(1500)}`), undefined);
    assert.ok(computedMs() - startMs < 500);
  });
});
