import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { OtpContext as StoredOtpContext } from '../../src/ports/challenge.ts';
import type { JsonObject, JsonValue } from '../../src/ports/text/json.ts';
import {
  decodeSendOtp,
  encodeSendOtp,
  OTP_CONTEXTS,
  type OtpContext,
  SEND_OTP_RESULT_CODES,
} from '../../src/protocol/send-otp.ts';
import { parseRequest } from '../../src/protocol/strict-json.ts';
import { bytesOf, EXAMPLE_REQUESTS } from './examples.ts';

const EXAMPLE = EXAMPLE_REQUESTS.sendOtp;

function decode(members: JsonObject) {
  const { smsMatchingToken, otpContext, accountPhoneNumber, associationId } = decodeSendOtp(members);
  return {
    smsMatchingToken: smsMatchingToken.reveal(),
    otpContext,
    accountPhoneNumber: accountPhoneNumber?.reveal(),
    associationId,
  };
}

test('[SO-4, SO-8] the example of the reference is decoded', () => {
  assert.deepEqual(decode(EXAMPLE), {
    smsMatchingToken: 'AB12345678C',
    otpContext: 'association',
    accountPhoneNumber: '+918067218010',
    associationId: undefined,
  });
});

test('[SO-1, OQ-1] an account is named by its number, by an association id, or by both', () => {
  const associationId = 'LmddbXBsZSByZWZlcmVuY2UgdG9rZW4gdmFsdWU_';
  const { accountPhoneNumber, ...rest } = EXAMPLE;
  for (const identifiers of [
    { accountPhoneNumber },
    { associationId },
    { accountPhoneNumber, associationId },
  ]) {
    const unset = { accountPhoneNumber: undefined, associationId: undefined };
    const decoded = decode({ ...rest, ...identifiers });
    assert.deepEqual(decoded, { ...decode(EXAMPLE), ...unset, ...identifiers });
  }
  assert.equal(decode({ ...EXAMPLE, associationId: null }).associationId, undefined);
});

test('[SO-1, OQ-1] both identifiers at once can be switched off', () => {
  const edition = { acceptBothIdentifiers: false };
  assert.throws(() => decodeSendOtp({ ...EXAMPLE, associationId: 'a' }, edition), {
    code: 'INVALID_FIELD_VALUE',
    description: 'accountPhoneNumber and associationId exclude each other',
  });
  assert.doesNotThrow(() => decodeSendOtp({ ...EXAMPLE, associationId: null }, edition));
});

test('[SO-3, OQ-24, ERR-9] any string passes as a number, since a result tells what is wrong with it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('', '08067218010', '+91 80672 18010', '+')),
      (number) => {
        assert.equal(decode({ ...EXAMPLE, accountPhoneNumber: number }).accountPhoneNumber, number);
      },
    ),
  );
});

test('[SO-4, OQ-20, OQ-33] a token is 11 visible ASCII characters, and comes out as it came in', () => {
  const visible = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index));
  const tokens = fc.string({ unit: fc.constantFrom(...visible), minLength: 11, maxLength: 11 });
  fc.assert(
    fc.property(tokens, (smsMatchingToken) => {
      assert.equal(decode({ ...EXAMPLE, smsMatchingToken }).smsMatchingToken, smsMatchingToken);
    }),
  );
  const spoilt = fc
    .tuple(tokens, fc.nat({ max: 10 }), fc.constantFrom('', ' ', '\n', '\r', '\u0000', '\u007f', 'é', 'xx'))
    .map(([token, at, character]) => `${token.slice(0, at)}${character}${token.slice(at + 1)}`);
  fc.assert(
    fc.property(
      fc.oneof(
        spoilt,
        tokens.map((token) => `${token}\n`),
        fc.constant(''),
      ),
      (smsMatchingToken) => {
        assert.throws(() => decode({ ...EXAMPLE, smsMatchingToken }), {
          code: 'INVALID_FIELD_VALUE',
          description: 'smsMatchingToken must be 11 visible ASCII characters',
        });
      },
    ),
  );
});

test('[SO-5] the context may be left out', () => {
  const { otpContext: _, ...rest } = EXAMPLE;
  assert.equal(decode(rest).otpContext, undefined);
  assert.equal(decode({ ...rest, otpContext: null }).otpContext, undefined);
});

test('[SO-8, JSON-4] each context is told by its member, whatever is inside', () => {
  for (const member of OTP_CONTEXTS) {
    for (const inside of [{}, { since: 1 }, { association: {} }]) {
      assert.equal(decode({ ...EXAMPLE, otpContext: { [member]: inside } }).otpContext, member);
    }
  }
});

test('[JSON-3, OQ-4] members of the context that are unset or unknown do not count', () => {
  const otpContexts: readonly JsonObject[] = [
    { mandateCreation: {}, association: null },
    { mandateCreation: {}, somethingNew: {} },
    parseRequest(bytesOf('{"__proto__":{"association":{}},"mandateCreation":{}}')),
  ];
  for (const otpContext of otpContexts) {
    assert.equal(decode({ ...EXAMPLE, otpContext }).otpContext, 'mandateCreation');
  }
});

test('[HDR-6, OQ-19] a context of a later minor version is taken, and told from none', () => {
  const otpContexts: readonly JsonObject[] = [
    { somethingNew: {} },
    { somethingNew: { since: 1 }, association: null },
    { somethingNew: 'x', somethingElse: true },
    parseRequest(bytesOf('{"__proto__":{}}')),
    { Association: {} },
  ];
  for (const otpContext of otpContexts) {
    assert.equal(decode({ ...EXAMPLE, otpContext }).otpContext, 'unknown', JSON.stringify(otpContext));
  }
});

test('[SO-8] the contexts are those that a store keeps', () => {
  const toStore = (context: OtpContext): StoredOtpContext => context;
  const fromStore = (context: StoredOtpContext): OtpContext => context;
  const all: readonly OtpContext[] = [...OTP_CONTEXTS, 'unknown'];
  assert.deepEqual(all.map(toStore).map(fromStore), all);
});

test('[JSON-3] members that are unknown are ignored', () => {
  const more: Record<string, JsonValue> = { otp: 1, constructor: {}, hasOwnProperty: 'x' };
  assert.deepEqual(decode({ ...EXAMPLE, ...more }), decode(EXAMPLE));
});

test('[ERR-4] neither token nor number can be printed by accident', () => {
  const decoded = decodeSendOtp(EXAMPLE);
  for (const printed of [inspect(decoded, { depth: 9, showHidden: true }), JSON.stringify(decoded)]) {
    assert.doesNotMatch(printed, /AB12345678C|918067218010/);
  }
});

test('[HDR-10] a response has the shape of the reference', () => {
  const response = encodeSendOtp({
    result: 'SUCCESS',
    paymentIntegratorSendOtpId: '99==ABC EF',
    nowMs: 1_502_545_413_098,
  });
  assert.deepEqual(response, {
    responseHeader: { responseTimestamp: '1502545413098' },
    paymentIntegratorSendOtpId: '99==ABC EF',
    result: 'SUCCESS',
  });
});

test('[JSON-5] every result of the reference is encoded, but for its default and what it does not have', () => {
  const codes = [
    'SUCCESS',
    'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT',
    'UNKNOWN_PHONE_NUMBER',
    'MESSAGE_UNABLE_TO_BE_SENT',
    'INVALID_PHONE_NUMBER',
    'NOT_ELIGIBLE',
    'OTP_LIMIT_REACHED',
    'ACCOUNT_CLOSED',
    'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER',
    'ACCOUNT_CLOSED_FRAUD',
  ];
  assert.deepEqual([...SEND_OTP_RESULT_CODES], codes);
  for (const result of codes) {
    const response = encodeSendOtp({ result, paymentIntegratorSendOtpId: 'a', nowMs: 0 });
    assert.deepEqual({ ...response, result }, response);
  }
  for (const result of ['UNKNOWN_RESULT', '', 'success', 'OTP_NOT_MATCHED', 'toString']) {
    assert.throws(() => encodeSendOtp({ result, paymentIntegratorSendOtpId: 'a', nowMs: 0 }), RangeError);
  }
});
