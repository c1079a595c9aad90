import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEcho } from '../../src/protocol/echo.ts';
import type { ErrorResponseCode } from '../../src/protocol/error-response.ts';
import { checkTimestamp, readRequestHeader } from '../../src/protocol/headers.ts';
import { decodeSendOtp } from '../../src/protocol/send-otp.ts';
import { parseRequest } from '../../src/protocol/strict-json.ts';
import { decodeVerifyOtp } from '../../src/protocol/verify-otp.ts';
import { bytesOf, EXAMPLE_MS, EXAMPLE_REQUESTS, type MethodName } from './examples.ts';

const DECODE = { sendOtp: decodeSendOtp, verifyOtp: decodeVerifyOtp, echo: decodeEcho };

/** All that the wire demands of a request, in the order of the protocol's §10.4. */
function judge(method: MethodName, text: string) {
  const body = parseRequest(bytesOf(text));
  checkTimestamp(readRequestHeader(body), EXAMPLE_MS);
  return DECODE[method](body);
}

/** `undefined` takes the member away. */
type Change = readonly [path: string, value: unknown];

function changed(method: MethodName, changes: readonly Change[]) {
  const body = structuredClone<unknown>(EXAMPLE_REQUESTS[method]);
  for (const [path, value] of changes) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let object = body as Record<string, unknown>;
    for (const name of names) object = object[name] as Record<string, unknown>;
    if (value === undefined) delete object[last];
    else object[last] = value;
  }
  return JSON.stringify(body);
}

const MISSING = 'MISSING_REQUIRED_FIELD';
const INVALID = 'INVALID_FIELD_VALUE';
const HEADER = 'requestHeader';
const VERSION = 'requestHeader.protocolVersion';
const TIMESTAMP = 'requestHeader.requestTimestamp';

type Row = readonly [
  ids: string,
  method: MethodName,
  change: Change | readonly Change[],
  code: ErrorResponseCode,
  field: string,
];

const ROWS: readonly Row[] = [
  ['ORD-1', 'echo', [HEADER, undefined], MISSING, HEADER],
  ['OQ-4', 'echo', [HEADER, null], MISSING, HEADER],
  ['OQ-4', 'echo', [HEADER, []], INVALID, HEADER],
  ['OQ-4', 'echo', [HEADER, 'x'], INVALID, HEADER],
  ['ORD-1', 'echo', [HEADER, {}], MISSING, VERSION],
  ['HDR-6', 'echo', [VERSION, undefined], MISSING, VERSION],
  ['OQ-4', 'echo', [VERSION, null], MISSING, VERSION],
  ['OQ-4', 'echo', [VERSION, '1.0.0'], INVALID, VERSION],
  ['OQ-23', 'echo', [VERSION, {}], MISSING, `${VERSION}.major`],
  ['OQ-23', 'echo', [`${VERSION}.major`, null], MISSING, `${VERSION}.major`],
  ['OQ-31', 'echo', [`${VERSION}.major`, '1'], INVALID, `${VERSION}.major`],
  ['OQ-31', 'echo', [`${VERSION}.major`, true], INVALID, `${VERSION}.major`],
  ['OQ-31', 'echo', [`${VERSION}.major`, 1.5], INVALID, `${VERSION}.major`],
  ['OQ-31', 'echo', [`${VERSION}.major`, -1], INVALID, `${VERSION}.major`],
  ['HDR-7', 'echo', [`${VERSION}.major`, 0], 'INVALID_API_VERSION', `${VERSION}.major`],
  ['HDR-7', 'echo', [`${VERSION}.major`, 2], 'INVALID_API_VERSION', `${VERSION}.major`],
  ['HDR-7', 'sendOtp', [VERSION, { major: 2 }], 'INVALID_API_VERSION', `${VERSION}.major`],
  ['OQ-23', 'echo', [`${VERSION}.minor`, '0'], INVALID, `${VERSION}.minor`],
  ['OQ-23', 'echo', [`${VERSION}.minor`, -1], INVALID, `${VERSION}.minor`],
  ['OQ-23', 'echo', [`${VERSION}.revision`, 0.5], INVALID, `${VERSION}.revision`],
  ['OQ-23', 'echo', [`${VERSION}.revision`, []], INVALID, `${VERSION}.revision`],
  ['HDR-1', 'echo', [`${HEADER}.requestId`, undefined], MISSING, `${HEADER}.requestId`],
  ['OQ-4', 'echo', [`${HEADER}.requestId`, null], MISSING, `${HEADER}.requestId`],
  ['OQ-4', 'echo', [`${HEADER}.requestId`, 123], INVALID, `${HEADER}.requestId`],
  ['HDR-1', 'echo', [`${HEADER}.requestId`, ''], INVALID, `${HEADER}.requestId`],
  ['HDR-1', 'echo', [`${HEADER}.requestId`, 'x'.repeat(101)], INVALID, `${HEADER}.requestId`],
  ['HDR-1', 'echo', [`${HEADER}.requestId`, 'bnAxdWTydDX=='], INVALID, `${HEADER}.requestId`],
  ['HDR-1', 'echo', [`${HEADER}.requestId`, 'a b'], INVALID, `${HEADER}.requestId`],
  ['HDR-1', 'echo', [`${HEADER}.requestId`, 'a\n'], INVALID, `${HEADER}.requestId`],
  ['HDR-3', 'echo', [TIMESTAMP, undefined], MISSING, TIMESTAMP],
  ['OQ-4', 'echo', [TIMESTAMP, null], MISSING, TIMESTAMP],
  ['HDR-3, OQ-4', 'echo', [TIMESTAMP, EXAMPLE_MS], INVALID, TIMESTAMP],
  ['HDR-3', 'echo', [TIMESTAMP, { epochMillis: '1502545413026' }], INVALID, TIMESTAMP],
  ['HDR-3', 'echo', [TIMESTAMP, '2017-08-12T13:43:33Z'], INVALID, TIMESTAMP],
  ['OQ-32', 'echo', [TIMESTAMP, '01502545413026'], INVALID, TIMESTAMP],
  ['OQ-32', 'echo', [TIMESTAMP, '-1502545413026'], INVALID, TIMESTAMP],
  ['HDR-4', 'echo', [TIMESTAMP, '1502545353025'], 'REQUEST_TIMESTAMP_OUT_OF_RANGE', TIMESTAMP],
  ['HDR-4', 'echo', [TIMESTAMP, '1502545473027'], 'REQUEST_TIMESTAMP_OUT_OF_RANGE', TIMESTAMP],
  ['OQ-4', 'echo', ['clientMessage', undefined], MISSING, 'clientMessage'],
  ['OQ-4', 'echo', ['clientMessage', null], MISSING, 'clientMessage'],
  ['OQ-4', 'echo', ['clientMessage', {}], INVALID, 'clientMessage'],
  ['OQ-4', 'echo', ['clientMessage', 1], INVALID, 'clientMessage'],
  ['SO-4', 'sendOtp', ['smsMatchingToken', undefined], MISSING, 'smsMatchingToken'],
  ['OQ-4', 'sendOtp', ['smsMatchingToken', null], MISSING, 'smsMatchingToken'],
  ['OQ-4', 'sendOtp', ['smsMatchingToken', 12345678901], INVALID, 'smsMatchingToken'],
  ['SO-4', 'sendOtp', ['smsMatchingToken', ''], INVALID, 'smsMatchingToken'],
  ['OQ-20', 'sendOtp', ['smsMatchingToken', 'AB12345678'], INVALID, 'smsMatchingToken'],
  ['OQ-20', 'sendOtp', ['smsMatchingToken', 'AB12345678CD'], INVALID, 'smsMatchingToken'],
  ['OQ-20', 'sendOtp', ['smsMatchingToken', 'AB12\n45678C'], INVALID, 'smsMatchingToken'],
  ['OQ-20', 'sendOtp', ['smsMatchingToken', 'ÄB12345678C'], INVALID, 'smsMatchingToken'],
  ['OQ-33', 'sendOtp', ['smsMatchingToken', 'AB12345678 '], INVALID, 'smsMatchingToken'],
  ['SO-1', 'sendOtp', ['accountPhoneNumber', undefined], MISSING, 'accountPhoneNumber or associationId'],
  ['OQ-4', 'sendOtp', ['accountPhoneNumber', null], MISSING, 'accountPhoneNumber or associationId'],
  ['OQ-24', 'sendOtp', ['accountPhoneNumber', 918067218010], INVALID, 'accountPhoneNumber'],
  ['OQ-24', 'sendOtp', ['accountPhoneNumber', { value: '+918067218010' }], INVALID, 'accountPhoneNumber'],
  ['OQ-34', 'sendOtp', ['associationId', ''], INVALID, 'associationId'],
  ['OQ-34', 'sendOtp', ['associationId', 'x'.repeat(257)], INVALID, 'associationId'],
  ['OQ-34', 'sendOtp', ['associationId', 'a\u0000'], INVALID, 'associationId'],
  ['OQ-4', 'sendOtp', ['associationId', 7], INVALID, 'associationId'],
  ['OQ-19', 'sendOtp', ['otpContext', {}], MISSING, 'otpContext'],
  ['OQ-19', 'sendOtp', ['otpContext.association', null], MISSING, 'otpContext'],
  ['OQ-19', 'sendOtp', ['otpContext', { somethingNew: null }], MISSING, 'otpContext'],
  ['SO-8, OQ-19', 'sendOtp', ['otpContext.mandateCreation', {}], INVALID, 'otpContext'],
  ['OQ-4', 'sendOtp', ['otpContext', 'association'], INVALID, 'otpContext'],
  ['OQ-4', 'sendOtp', ['otpContext', ['association']], INVALID, 'otpContext'],
  ['JSON-4', 'sendOtp', ['otpContext.association', true], INVALID, 'otpContext.association'],
  ['JSON-4', 'sendOtp', ['otpContext.association', []], INVALID, 'otpContext.association'],
  ['OQ-4', 'verifyOtp', ['sendOtpRequestId', undefined], MISSING, 'sendOtpRequestId'],
  ['OQ-4', 'verifyOtp', ['sendOtpRequestId', null], MISSING, 'sendOtpRequestId'],
  ['OQ-4', 'verifyOtp', ['sendOtpRequestId', 1], INVALID, 'sendOtpRequestId'],
  ['OQ-34', 'verifyOtp', ['sendOtpRequestId', ''], INVALID, 'sendOtpRequestId'],
  ['OQ-34', 'verifyOtp', ['sendOtpRequestId', 'x'.repeat(257)], INVALID, 'sendOtpRequestId'],
  ['OQ-34', 'verifyOtp', ['sendOtpRequestId', 'a\tb'], INVALID, 'sendOtpRequestId'],
  ['OQ-4', 'verifyOtp', ['otp', undefined], MISSING, 'otp'],
  ['OQ-4', 'verifyOtp', ['otp', null], MISSING, 'otp'],
  ['VO-8, OQ-4', 'verifyOtp', ['otp', 7754321], INVALID, 'otp'],
  ['OQ-4', 'verifyOtp', ['otp', ['7754321']], INVALID, 'otp'],
  // Of two faults, the one that is looked for first.
  [
    'ORD-1',
    'sendOtp',
    [
      [`${VERSION}.major`, 2],
      [`${HEADER}.requestId`, ''],
    ],
    'INVALID_API_VERSION',
    VERSION,
  ],
  [
    'ORD-1',
    'sendOtp',
    [
      [`${HEADER}.requestId`, ''],
      [TIMESTAMP, '0'],
    ],
    INVALID,
    `${HEADER}.requestId`,
  ],
  [
    'ORD-1',
    'sendOtp',
    [
      [TIMESTAMP, '0'],
      ['smsMatchingToken', ''],
    ],
    'REQUEST_TIMESTAMP_OUT_OF_RANGE',
    TIMESTAMP,
  ],
];

function isOne(change: Change | readonly Change[]): change is Change {
  return typeof change[0] === 'string';
}

for (const [ids, method, change, code, field] of ROWS) {
  const changes = isOne(change) ? [change] : change;
  const described = changes
    .map(([path, value]) => `${path} = ${JSON.stringify(value)?.slice(0, 60)}`)
    .join(', ');
  test(`[${ids}] ${method} with ${described} is ${code}`, () => {
    assert.throws(
      () => judge(method, changed(method, changes)),
      (error: { code?: unknown; description?: unknown }) => {
        assert.equal(error.code, code);
        assert.ok(String(error.description).startsWith(`${field}`), String(error.description));
        return true;
      },
    );
  });
}

test('[JSON-3] each row has one fault too many: without it the example is accepted', () => {
  for (const method of ['sendOtp', 'verifyOtp', 'echo'] as const) {
    assert.doesNotThrow(() => judge(method, changed(method, [])));
  }
});
