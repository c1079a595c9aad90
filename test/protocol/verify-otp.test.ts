import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { decodeVerifyOtp, encodeVerifyOtp, VERIFY_OTP_RESULT_CODES } from '../../src/protocol/verify-otp.ts';
import { EXAMPLE_REQUESTS } from './examples.ts';

const EXAMPLE = EXAMPLE_REQUESTS.verifyOtp;

test('[VO-1, VO-6] the example of the reference is decoded, though it names its own request id', () => {
  const { sendOtpRequestId, otp } = decodeVerifyOtp(EXAMPLE);
  assert.equal(sendOtpRequestId, '0123434-otp-abc');
  assert.equal(otp.reveal(), '7754321');
});

test('[VO-8, ERR-9] any string passes as a code, exactly as it was typed', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('0012', '0', '', ' 7754321', '7754321\n', '７７５', 'x'.repeat(10_000)),
  );
  fc.assert(
    fc.property(typed, (otp) => {
      assert.equal(decodeVerifyOtp({ ...EXAMPLE, otp }).otp.reveal(), otp);
    }),
  );
});

test('[HDR-9] the id of the sendOtp is opaque', () => {
  for (const sendOtpRequestId of ['bnAxdWTydDX==', 'a b/c', 'é']) {
    assert.equal(decodeVerifyOtp({ ...EXAMPLE, sendOtpRequestId }).sendOtpRequestId, sendOtpRequestId);
  }
});

test('[JSON-3] members that are unknown are ignored', () => {
  const decoded = decodeVerifyOtp({ ...EXAMPLE, smsMatchingToken: 1, constructor: {} });
  assert.equal(decoded.otp.reveal(), EXAMPLE.otp);
});

test('[ERR-4] the code can not be printed by accident', () => {
  const decoded = decodeVerifyOtp(EXAMPLE);
  for (const printed of [inspect(decoded, { depth: 9, showHidden: true }), JSON.stringify(decoded)]) {
    assert.doesNotMatch(printed, /7754321/);
  }
});

test('[HDR-10] a response has the shape of the reference', () => {
  const response = encodeVerifyOtp({
    result: 'SUCCESS',
    paymentIntegratorVerifyOtpId: '5539163',
    nowMs: 1_502_545_413_132,
  });
  assert.deepEqual(response, {
    responseHeader: { responseTimestamp: '1502545413132' },
    paymentIntegratorVerifyOtpId: '5539163',
    result: 'SUCCESS',
  });
});

test('[JSON-5] every result of the reference is encoded, but for its default and what it does not have', () => {
  const codes = ['SUCCESS', 'OTP_NOT_MATCHED', 'OTP_ALREADY_USED'];
  assert.deepEqual([...VERIFY_OTP_RESULT_CODES], codes);
  for (const result of codes) {
    const response = encodeVerifyOtp({ result, paymentIntegratorVerifyOtpId: 'a', nowMs: 0 });
    assert.deepEqual({ ...response, result }, response);
  }
  for (const result of ['UNKNOWN_RESULT', '', 'success', 'NOT_ELIGIBLE', 'toString']) {
    assert.throws(() => encodeVerifyOtp({ result, paymentIntegratorVerifyOtpId: 'a', nowMs: 0 }), RangeError);
  }
});
