import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ERROR_RESPONSES,
  encodeErrorResponse,
  statusOf,
  WireError,
} from '../../src/protocol/error-response.ts';

test('[ERR-3, HTTP-2] every code has the status that the reference advises, and none has 200', () => {
  assert.deepEqual(
    { ...ERROR_RESPONSES },
    {
      INVALID_API_VERSION: 400,
      INVALID_PAYLOAD_SIGNATURE: 401,
      INVALID_PAYLOAD_ENCRYPTION: 400,
      REQUEST_TIMESTAMP_OUT_OF_RANGE: 400,
      INVALID_IDENTIFIER: 404,
      IDEMPOTENCY_VIOLATION: 412,
      INVALID_FIELD_VALUE: 400,
      MISSING_REQUIRED_FIELD: 400,
      PRECONDITION_VIOLATION: 400,
      USER_ACTION_IN_PROGRESS: 423,
      INVALID_DECRYPTED_REQUEST: 400,
      FORBIDDEN: 403,
    },
  );
  assert.equal(statusOf('IDEMPOTENCY_VIOLATION'), 412);
});

test('[JSON-5] the default code of the reference is not among the codes', () => {
  assert.equal(
    Object.keys(ERROR_RESPONSES).some((code) => code.startsWith('UNKNOWN')),
    false,
  );
});

test('[ERR-1, HDR-10] an error response has the shape of the reference', () => {
  const response = encodeErrorResponse({
    code: 'INVALID_IDENTIFIER',
    description: 'unknown sendOtpRequestId',
    errorIdentifier: 'e-81f2',
    nowMs: 1_481_899_949_611,
  });
  assert.deepEqual(response, {
    responseHeader: { responseTimestamp: '1481899949611' },
    errorResponseCode: 'INVALID_IDENTIFIER',
    errorDescription: 'unknown sendOtpRequestId',
    paymentIntegratorErrorIdentifier: 'e-81f2',
  });
});

test('[ERR-1] a fault without a code of its own leaves code and description out', () => {
  assert.deepEqual(encodeErrorResponse({ errorIdentifier: 'e-1', nowMs: 0 }), {
    responseHeader: { responseTimestamp: '0' },
    paymentIntegratorErrorIdentifier: 'e-1',
  });
});

test('[HTTP-2] a wire error tells its code and description', () => {
  const error = new WireError('MISSING_REQUIRED_FIELD', 'otp is required');
  assert.ok(error instanceof Error);
  assert.equal(error.code, 'MISSING_REQUIRED_FIELD');
  assert.equal(error.description, 'otp is required');
  assert.equal(String(error), 'WireError: MISSING_REQUIRED_FIELD: otp is required');
});
