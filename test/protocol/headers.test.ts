import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '../../src/ports/text/json.ts';
import { checkTimestamp, readRequestHeader } from '../../src/protocol/headers.ts';
import { EXAMPLE_MS, EXAMPLE_REQUESTS } from './examples.ts';

const EXAMPLE = EXAMPLE_REQUESTS.echo.requestHeader;

function read(members: Readonly<Record<string, JsonValue>>) {
  return readRequestHeader({ requestHeader: { ...EXAMPLE, ...members } });
}

function readVersion(protocolVersion: JsonValue) {
  return read({ protocolVersion });
}

test('[HDR-1, HDR-3, HDR-6] the header of the example is read', () => {
  assert.deepEqual(readRequestHeader(EXAMPLE_REQUESTS.sendOtp), {
    requestId: '0123434-otp-abc',
    requestTimestampMs: EXAMPLE_MS,
    protocolVersion: { major: 1, minor: 0, revision: 0 },
  });
});

test('[HDR-1] a request id is 1 to 100 characters from a-z A-Z 0-9 : - _, and comes out as it came in', () => {
  const characters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_';
  const requestIds = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(requestIds, (requestId) => {
      assert.equal(read({ requestId }).requestId, requestId);
    }),
  );
  const others = fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => [...text].some((one) => !characters.includes(one))),
    requestIds.map((requestId) => `${requestId}\n`),
    requestIds.map((requestId) => `${requestId}${'x'.repeat(100)}`),
  );
  fc.assert(
    fc.property(others, (requestId) => {
      assert.throws(() => read({ requestId }), {
        code: 'INVALID_FIELD_VALUE',
        description: 'requestHeader.requestId must be 1 to 100 characters from a-z A-Z 0-9 : - _',
      });
    }),
  );
});

test('[HDR-3, OQ-32] a timestamp is a string of digits, in one way of writing only', () => {
  for (const requestTimestamp of ['0', '1502545413026', '9223372036854775807']) {
    assert.equal(read({ requestTimestamp }).requestTimestampMs, Number(requestTimestamp));
  }
  const wrong = [
    '',
    '-1',
    '+1',
    '01',
    '00',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '1\n',
    '0x1',
    '1_000',
    '١',
    // No int64, however many digits it has.
    '9223372036854775808',
    '9'.repeat(19),
    '9'.repeat(20),
  ];
  for (const requestTimestamp of [...wrong, EXAMPLE_MS, true, {}, { epochMillis: '1502545413026' }]) {
    assert.throws(() => read({ requestTimestamp }), {
      code: 'INVALID_FIELD_VALUE',
      description: /^requestHeader\.requestTimestamp must be /,
    });
  }
});

test('[HDR-4, OQ-18] a timestamp may be 60 s off either way, ends included', () => {
  const header = read({});
  for (const offMs of [0, 1, -1, 59_999, 60_000, -60_000]) {
    assert.doesNotThrow(() => checkTimestamp(header, EXAMPLE_MS + offMs));
  }
  for (const [offMs, direction] of [
    [60_001, 'behind'],
    [-60_001, 'ahead of'],
  ] as const) {
    assert.throws(() => checkTimestamp(header, EXAMPLE_MS + offMs), {
      code: 'REQUEST_TIMESTAMP_OUT_OF_RANGE',
      description: `requestHeader.requestTimestamp is more than 60000 ms ${direction} the receiver's clock`,
    });
  }
});

test('[HDR-4] seconds, microseconds and the ends of an int64 are out of range', () => {
  for (const requestTimestamp of ['0', '1502545413', '1502545413026000', '9223372036854775807']) {
    assert.throws(() => checkTimestamp(read({ requestTimestamp }), EXAMPLE_MS), {
      code: 'REQUEST_TIMESTAMP_OUT_OF_RANGE',
    });
  }
});

test('[HDR-6] any minor and any revision of major 1 is served', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (minor, revision) => {
      const version = { major: 1, minor, revision };
      assert.deepEqual(readVersion(version).protocolVersion, version);
    }),
  );
});

test('[OQ-23] a minor or revision that is unset counts as 0', () => {
  for (const version of [{ major: 1 }, { major: 1, minor: null, revision: null }]) {
    assert.deepEqual(readVersion(version).protocolVersion, { major: 1, minor: 0, revision: 0 });
  }
});

test('[HDR-7] any other major is refused', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat().filter((major) => major !== 1),
      (major) => {
        assert.throws(() => readVersion({ major, minor: 0, revision: 0 }), {
          code: 'INVALID_API_VERSION',
          description: 'requestHeader.protocolVersion.major must be 1, the only version served',
        });
      },
    ),
  );
});

test('[HDR-7, ORD-1] the major is judged before the rest of the header, whose shape depends on it', () => {
  const requestHeader = { protocolVersion: { major: 2 }, requestTimestamp: { epochMillis: '1502545413026' } };
  assert.throws(() => readRequestHeader({ requestHeader }), { code: 'INVALID_API_VERSION' });
});

test('[ORD-1] the header is read before the timestamp is compared, and the body is not looked at', () => {
  assert.throws(() => read({ requestTimestamp: '1', requestId: 'é' }), { code: 'INVALID_FIELD_VALUE' });
  assert.doesNotThrow(() => readRequestHeader({ requestHeader: EXAMPLE, otp: 1, smsMatchingToken: null }));
});

test('[HDR-8] userLocale is ignored, whatever it holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom('pt', 'pt-BR', 'fil-PH'), fc.jsonValue()), (userLocale) => {
      assert.deepEqual(read({ userLocale: userLocale as JsonValue }), read({}));
    }),
  );
});

test('[JSON-3] members that are unknown are ignored', () => {
  const protocolVersion = { ...EXAMPLE.protocolVersion, patch: 'x' };
  assert.deepEqual(read({ protocolVersion, paymentIntegratorAccountId: 1, constructor: {} }), read({}));
});
