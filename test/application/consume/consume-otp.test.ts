import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret } from '../../../src/ports/secret.ts';
import { activeNumber } from '../../support/test-accounts.ts';
import { type Asked, type Consumer, inContext, startConsumer, wrong } from './consumer.ts';

describe('consumeOtp', () => {
  let bank: Consumer;
  before(async () => {
    bank = await startConsumer();
  });
  after(() => bank.stop());

  it('[OV-3] a code is consumed once, tells whose it was, and is used up for verifyOtp too', async () => {
    const code = await bank.send('once', 1);
    assert.equal(await bank.resultOf('once', wrong(code)), 'OTP_NOT_MATCHED');
    const consumption = await bank.consume('once', code);
    assert.partialDeepStrictEqual(consumption, {
      ...{ kind: 'answered', result: 'SUCCESS', accountId: 'acc-1', isReplay: false },
    });
    assert.ok(consumption.kind === 'answered' && /^[\w-]{16}$/.test(consumption.consumptionId));
    assert.equal(await bank.resultOf('once', code), 'OTP_ALREADY_USED');
    assert.equal(await bank.resultOf('once', wrong(code)), 'OTP_NOT_MATCHED');
    assert.equal(await bank.verify('once', code), 'OTP_ALREADY_USED');
    const late = await bank.consume('once', code, { purpose: 'other' });
    assert.partialDeepStrictEqual(late, { result: 'OTP_ALREADY_USED', accountId: undefined });
  });

  it('[OV-3, VO-2] what verifyOtp used is used', async () => {
    const code = await bank.send('verified', 2);
    assert.equal(await bank.verify('verified', code), 'SUCCESS');
    assert.equal(await bank.resultOf('verified', code), 'OTP_ALREADY_USED');
  });

  it('[IDEM-2, IDEM-5] the same order is answered the same, whatever has become of code and account', async () => {
    const code = await bank.send('repeated', 3);
    const order = { requestId: 'associate-3' };
    const first = await bank.consume('repeated', code, order);
    bank.clock.pass(3_600_000);
    const again = await bank.consume('repeated', code, order);
    assert.ok(first.kind === 'answered');
    assert.deepEqual(again, { ...first, isReplay: true });
    const { accountId } = first;
    for (const [otp, other] of [
      [wrong(code), {}],
      [code, { expect: { accountId } }],
      [code, { expect: { context: 'association' } }],
    ] as const) {
      assert.deepEqual(await bank.consume('repeated', otp, { ...order, ...other }), { kind: 'conflict' });
    }
    const elsewhere = await bank.send('repeated-2', 3);
    assert.equal(await bank.resultOf('repeated-2', elsewhere, order), 'conflict');
    assert.equal(await bank.resultOf('repeated-2', elsewhere), 'SUCCESS', 'and nothing was used');
  });

  it('[IDEM-9, HDR-2] a request id is another one for another purpose, and of capture for another account id', async () => {
    const requestId = 'same';
    const code = await bank.send('keys', 4);
    const capture = { purpose: 'capture', requestId, paymentIntegratorAccountId: 'PIAID_1' } as const;
    assert.equal(await bank.resultOf('keys', wrong(code), { requestId }), 'OTP_NOT_MATCHED');
    assert.equal(
      await bank.resultOf('keys', wrong(code), { requestId, purpose: 'other' }),
      'OTP_NOT_MATCHED',
    );
    assert.equal(await bank.resultOf('keys', code, capture), 'SUCCESS');
    assert.equal(
      await bank.resultOf('keys', code, { ...capture, paymentIntegratorAccountId: 'PIAID_2' }),
      'OTP_ALREADY_USED',
    );
    const again = await bank.consume('keys', code, capture);
    assert.partialDeepStrictEqual(again, { result: 'SUCCESS', isReplay: true, accountId: 'acc-4' });
    assert.equal(
      await bank.verify('keys', code, requestId),
      'OTP_ALREADY_USED',
      'nor is it that of verifyOtp',
    );
  });

  it('[VO-5] a sendOtp that never was is told, and binds nothing; one that was declined has no code', async () => {
    const order = { requestId: 'early' };
    const unknown = { kind: 'unknown-identifier', identifier: 'sendOtpRequestId' };
    assert.deepEqual(await bank.consume('not-yet', '123456', order), unknown);
    const code = await bank.send('not-yet', 5);
    assert.equal(await bank.resultOf('not-yet', code, order), 'SUCCESS');
    const fields = { accountPhoneNumber: '+15550199999', smsMatchingToken: 'AB12345678C' };
    await bank.call('sendOtp', 'declined', fields, { requestTimestamp: String(bank.clock.nowMs()) });
    assert.equal(await bank.resultOf('declined', '123456'), 'OTP_NOT_MATCHED');
  });

  it('[OV-3] expired, replaced and guessed codes are told apart', async () => {
    const expired = await bank.send('expired', 6);
    bank.clock.pass(600_000);
    assert.equal(await bank.resultOf('expired', expired), 'OTP_EXPIRED');
    const older = await bank.send('older', 7);
    const newer = await bank.send('newer', 7);
    assert.equal(await bank.resultOf('older', older), 'OTP_NOT_MATCHED');
    assert.equal(await bank.resultOf('newer', newer), 'SUCCESS');
    const guessed = await bank.send('guessed', 8);
    for (let guess = 0; guess < 3; guess += 1) await bank.verify('guessed', wrong(guessed));
    for (let guess = 0; guess < 2; guess += 1) {
      assert.equal(await bank.resultOf('guessed', wrong(guessed)), 'OTP_NOT_MATCHED');
    }
    assert.equal(await bank.resultOf('guessed', guessed), 'OTP_LIMIT_REACHED');
    assert.equal(await bank.verify('guessed', guessed), 'OTP_NOT_MATCHED');
    const fields = { accountPhoneNumber: activeNumber(8), smsMatchingToken: 'AB12345678C' };
    const header = { requestTimestamp: String(bank.clock.nowMs()) };
    const { body } = await bank.call('sendOtp', 'locked', fields, header);
    assert.equal(body['result'], 'OTP_LIMIT_REACHED', 'wrong codes count together, whoever brought them');
  });

  it('[OQ-9] a code for association together with a mandate serves each once, and its wrong codes count together', async () => {
    const code = await bank.send('both', 9, inContext('associationWithMandateCreation'));
    const mandate = { purpose: 'createMandate' } as const;
    assert.equal(await bank.resultOf('both', code), 'SUCCESS');
    assert.equal(await bank.resultOf('both', code), 'OTP_ALREADY_USED');
    assert.equal(await bank.verify('both', code), 'OTP_ALREADY_USED');
    assert.equal(await bank.resultOf('both', wrong(code), mandate), 'OTP_NOT_MATCHED');
    assert.equal(await bank.resultOf('both', code, mandate), 'SUCCESS');
    assert.equal(await bank.resultOf('both', code, mandate), 'OTP_ALREADY_USED');
    const verified = await bank.send('both-2', 9, inContext('associationWithMandateCreation'));
    assert.equal(await bank.verify('both-2', verified), 'SUCCESS');
    assert.equal(await bank.resultOf('both-2', verified, mandate), 'OTP_ALREADY_USED');
    const half = await bank.send('both-3', 9, inContext('associationWithMandateCreation'));
    assert.equal(await bank.resultOf('both-3', half, mandate), 'SUCCESS');
    await bank.send('both-4', 9);
    assert.equal(
      await bank.resultOf('both-3', half),
      'OTP_NOT_MATCHED',
      'a newer code ends what was left of it',
    );
  });

  it('[OQ-9] a code of another context is not compared; capture and verifyOtp take any', async () => {
    const associating = await bank.send('for-association', 10, inContext('association'));
    assert.equal(
      await bank.resultOf('for-association', associating, { purpose: 'createMandate' }),
      'OTP_NOT_MATCHED',
    );
    const capture = { purpose: 'capture', paymentIntegratorAccountId: 'P' } as const;
    assert.equal(await bank.resultOf('for-association', associating, capture), 'SUCCESS');
    const mandate = await bank.send('for-mandate', 10, inContext('mandateCreation'));
    assert.equal(await bank.resultOf('for-mandate', mandate), 'OTP_NOT_MATCHED');
    assert.equal(await bank.resultOf('for-mandate', mandate, { purpose: 'createMandate' }), 'SUCCESS');
  });

  it('[OQ-91, FLOW-1] a code of another account, association or context than the expected one is not compared', async () => {
    const code = await bank.send('expected', 11, inContext('association'));
    const unexpected: readonly Asked['expect'][] = [
      { accountId: 'acc-12' },
      { associationId: 'assoc-12' },
      { associationId: 'nobody has it' },
      { accountId: 'acc-11', associationId: 'assoc-12' },
      { context: 'mandateCreation' },
    ];
    for (const expect of unexpected) {
      const asked = { purpose: 'other', expect } as const;
      assert.equal(await bank.resultOf('expected', code, asked), 'OTP_NOT_MATCHED', JSON.stringify(expect));
    }
    const expect = { accountId: 'acc-11', associationId: 'assoc-11', context: 'association' } as const;
    assert.equal(await bank.resultOf('expected', code, { expect }), 'SUCCESS');
  });

  it('what can be no order is refused before anything is asked, by the name of its member and without its value', async () => {
    const code = await bank.send('refused', 12);
    const rows: readonly (readonly [Asked, RegExp])[] = [
      [{ purpose: 'refund' as never }, /^purpose must be one of/],
      [{ requestId: '' }, /^requestId must be/],
      [{ requestId: 'a b' }, /^requestId must be/],
      [{ requestId: 'x'.repeat(101) }, /^requestId must be/],
      [{ purpose: 'capture' }, /^paymentIntegratorAccountId is missing/],
      [{ purpose: 'capture', paymentIntegratorAccountId: '' }, /^paymentIntegratorAccountId must be/],
      [{ paymentIntegratorAccountId: 'P' }, /^paymentIntegratorAccountId is no part of the key/],
      [{ otpVerification: undefined as never }, /^otpVerification\.sendOtpRequestId must be/],
      [{ otpVerification: { sendOtpRequestId: 'x\n', otp: new Secret(code) } }, /sendOtpRequestId must be/],
      [{ otpVerification: { sendOtpRequestId: 'refused', otp: code as never } }, /otp must be a Secret/],
      [{ expect: { accountId: '' } }, /^expect\.accountId must be/],
      [{ expect: { associationId: '\ud800' } }, /^expect\.associationId must be/],
      [{ expect: { context: 'capture' as never } }, /^expect\.context must be one of/],
    ];
    for (const [asked, message] of rows) {
      await assert.rejects(
        bank.consume('refused', code, asked),
        (error: unknown) => {
          return error instanceof RangeError && message.test(error.message) && !error.message.includes(code);
        },
        String(message),
      );
    }
    assert.equal(await bank.resultOf('refused', code), 'SUCCESS');
  });

  it('[OQ-70] a revoked code is none, that of a text which is still under way too', async () => {
    const code = await bank.send('revoked', 13, inContext('associationWithMandateCreation'));
    assert.equal(await bank.resultOf('revoked', code), 'SUCCESS');
    assert.equal(await bank.application.endCodes({ accountId: 'acc-13' }), 1, 'half of it was left');
    assert.equal(await bank.resultOf('revoked', code, { purpose: 'createMandate' }), 'OTP_NOT_MATCHED');
  });
});
