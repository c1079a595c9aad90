import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/ports/text/json.ts';
import { canonicalJson, FINGERPRINT_BYTES, fingerprint } from '../../src/protocol/fingerprint.ts';
import { parseRequest } from '../../src/protocol/strict-json.ts';
import { bytesOf, EXAMPLE_REQUESTS } from './examples.ts';

const KEY = createSecretKey(Uint8Array.from({ length: 32 }, (_, index) => index));

function hexOf(body: JsonObject, key = KEY) {
  return Buffer.from(fingerprint(body, key)).toString('hex');
}

test('[IDEM-5] the form of a fingerprint is fixed, since answers outlive releases', () => {
  const canonical =
    '{"accountPhoneNumber":"+918067218010","otpContext":{"association":{}},"smsMatchingToken":"AB12345678C"}';
  const { requestHeader: _, ...parameters } = EXAMPLE_REQUESTS.sendOtp;
  assert.equal(canonicalJson(parameters), canonical);
  assert.equal(
    hexOf(EXAMPLE_REQUESTS.sendOtp),
    createHmac('sha256', KEY)
      .update(canonical, 'utf8')
      .digest('hex')
      .slice(0, 2 * FINGERPRINT_BYTES),
  );
  // The first half of what openssl computes: openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
  assert.equal(hexOf(EXAMPLE_REQUESTS.sendOtp), 'dacdd01e6f574d44c20eed88a49efacd');
});

test('[IDEM-5, OQ-17] nothing in the header counts, and nothing beside it is left out', () => {
  const { requestHeader, ...parameters } = EXAMPLE_REQUESTS.verifyOtp;
  const same = hexOf({ ...parameters, requestHeader });
  const later = { ...requestHeader, requestTimestamp: '1502545414026', userLocale: 'pt' };
  const otherVersion = { ...later, protocolVersion: { major: 1, minor: 7, revision: 9 } };
  for (const header of [later, otherVersion, {}, null]) {
    assert.equal(hexOf({ ...parameters, requestHeader: header }), same);
  }
  for (const other of [
    { otp: '7754322' },
    { otp: '07754321' },
    { sendOtpRequestId: '0123434-otp-abd' },
    { unknownMember: 'x' },
    { RequestHeader: requestHeader },
    { inner: { requestHeader } },
  ]) {
    assert.notEqual(hexOf({ ...EXAMPLE_REQUESTS.verifyOtp, ...other }), same);
  }
});

test('[IDEM-5, IDEM-13] it is keyed, and 16 bytes long', () => {
  const print = fingerprint(EXAMPLE_REQUESTS.verifyOtp, KEY);
  assert.equal(print.length, 16);
  assert.equal(print.buffer.byteLength, 16, 'the other half of the digest is not kept either');
  const otherKey = createSecretKey(KEY.export().map((byte) => byte ^ 1));
  assert.notEqual(hexOf(EXAMPLE_REQUESTS.verifyOtp, otherKey), hexOf(EXAMPLE_REQUESTS.verifyOtp));
});

test('[IDEM-5] how a body is written makes no difference', () => {
  const texts = [
    '{"clientMessage":"caf\u00e9/","n":[1,{"b":0,"a":10}]}',
    ' {\n"n" : [ 1.0 , { "a" : 1e1 , "b" : -0 } ] , "clientMessage" : "caf\\u00E9\\/" } ',
    '{"\\u0063lientMessage":"caf\u00e9/","requestHeader":{"a":1},"n":[1,{"a":10,"b":0,"c":null}],"d":null}',
  ];
  assert.equal(new Set(texts.map((text) => hexOf(parseRequest(bytesOf(text))))).size, 1);
});

test('[IDEM-5, OQ-35] a member that is null is unset; an element that is null is an element', () => {
  assert.equal(hexOf({ a: null, b: { c: null } }), hexOf({ b: {} }));
  assert.notEqual(hexOf({ b: {} }), hexOf({}));
  assert.notEqual(hexOf({ a: [null] }), hexOf({ a: [] }));
});

test('[IDEM-5] values that differ in kind, composition, order or place differ', () => {
  const bodies: readonly JsonObject[] = [
    { a: '1' },
    { a: 1 },
    { a: true },
    { a: 'true' },
    { a: '' },
    { a: {} },
    { a: [] },
    { a: [1, 2] },
    { a: [2, 1] },
    { a: [[1], 2] },
    { a: '\u00e9' },
    { a: 'e\u0301' },
    { a: ' 1' },
    { A: '1' },
    { a: { b: '1' } },
    { 'a":{"b': '1' },
    parseRequest(bytesOf('{"__proto__":{"a":"1"}}')),
  ];
  assert.equal(new Set(bodies.map((body) => hexOf(body))).size, bodies.length);
});

/** Without members that are null. */
function stripped(value: JsonValue): JsonValue {
  if (isJsonObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== null);
    return Object.fromEntries(members.map(([name, member]) => [name, stripped(member)]));
  }
  return Array.isArray(value) ? value.map(stripped) : value;
}

test('[IDEM-5] the canonical form is that of RFC 8785', () => {
  const numbers = '[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0]';
  const text = `{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7,"n":${numbers}}`;
  assert.equal(
    canonicalJson(parseRequest(bytesOf(text))),
    '{"\\r":2,"1":4,"n":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
  );
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (any) => {
      const value = stripped(any as JsonValue);
      assert.equal(canonicalJson(any as JsonValue), canonicalize(value));
    }),
  );
});

test('[IDEM-5] equal bodies have equal fingerprints, in any order of members, and others have others', () => {
  function reversed(value: JsonValue): JsonValue {
    if (isJsonObject(value)) {
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      );
    }
    return Array.isArray(value) ? value.map(reversed) : value;
  }
  const bodies = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(bodies, bodies, (one, other) => {
      assert.equal(hexOf(reversed(one) as JsonObject), hexOf(one));
      const { requestHeader: _, ...oneParameters } = one;
      const { requestHeader: __, ...otherParameters } = other;
      const equal = canonicalize(stripped(oneParameters)) === canonicalize(stripped(otherParameters));
      assert.equal(hexOf(one) === hexOf(other), equal);
    }),
  );
});
