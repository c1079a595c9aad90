import { CODE_PURPOSES } from '../../ports/otp-store/recorded-words.ts';
import type { CodePurpose, RequestKey } from '../../ports/otp-store.ts';
import { Secret } from '../../ports/secret.ts';
import { keyedHash } from '../challenge/keyed-digest.ts';
import type { OtpKeys } from '../challenge/otp-keys.ts';
import { requireIdentifier, requireRequestId, requireVisibleIdentifier } from '../identifiers.ts';
import type { ExpectedCode } from './expected-code.ts';

/** A call of Google's that the integrator serves elsewhere, with the code that came as its `otpVerification`. [OV-1] */
export interface ConsumeOrder {
  readonly purpose: CodePurpose;
  /** Of that call. Whoever asks the same again gets the same answer, and no code is used twice. 1 to 100 characters. [HDR-1, IDEM-2] */
  readonly requestId: string;
  /**
   * Which with the request id identifies a capture, and other calls that move money: required for `capture`, optional for `other`,
   * refused for those that the request id alone identifies. 1 to 256 characters. [HDR-2, IDEM-9]
   */
  readonly paymentIntegratorAccountId?: string | undefined;
  readonly otpVerification: {
    /** The request id of the sendOtp whose code it is. 1 to 256 characters. */
    readonly sendOtpRequestId: string;
    /** What the user typed. */
    readonly otp: Secret;
  };
  /** What is known of the code beforehand: any other one is answered OTP_NOT_MATCHED, and is not compared. [OQ-91] */
  readonly expect?: ExpectedCode | undefined;
  /**
   * With a success, associates the account with this association id, both or neither. For `associateAccount` alone; 1 to 256
   * characters that can be seen. [FLOW-2, FLOW-4]
   */
  readonly associate?: { readonly associationId: string } | undefined;
}

const CONTEXTS: readonly unknown[] = ['association', 'mandateCreation', 'associationWithMandateCreation'];

/** Throws `RangeError`, which names the member and quotes no value, if it can't be an order: whoever makes one may use no types. */
export function requireConsumeOrder(order: ConsumeOrder): void {
  const { purpose, requestId, paymentIntegratorAccountId, otpVerification, expect, associate } = order;
  if (!CODE_PURPOSES.includes(purpose))
    throw new RangeError(`purpose must be one of ${CODE_PURPOSES.join(', ')}`);
  requireRequestId('requestId', requestId);
  const { isKeyed, isOptional } = KEYED_BY_ACCOUNT[purpose];
  if (paymentIntegratorAccountId !== undefined) {
    requireIdentifier('paymentIntegratorAccountId', paymentIntegratorAccountId);
    if (!isKeyed)
      throw new RangeError(`paymentIntegratorAccountId is no part of the key of ${purpose}: leave it out`);
  } else if (isKeyed && !isOptional) {
    throw new RangeError(`paymentIntegratorAccountId is missing: with requestId it identifies a ${purpose}`);
  }
  requireIdentifier('otpVerification.sendOtpRequestId', otpVerification?.sendOtpRequestId);
  if (!(otpVerification.otp instanceof Secret)) throw new RangeError('otpVerification.otp must be a Secret');
  const { accountId, associationId, context } = expect ?? {};
  if (accountId !== undefined) requireIdentifier('expect.accountId', accountId);
  if (associationId !== undefined) requireIdentifier('expect.associationId', associationId);
  if (context !== undefined && !CONTEXTS.includes(context)) {
    throw new RangeError(`expect.context must be one of ${CONTEXTS.join(', ')}`);
  }
  if (associate === undefined) return;
  if (purpose !== 'associateAccount')
    throw new RangeError(`a ${purpose} associates nothing: leave associate out`);
  requireVisibleIdentifier('associate.associationId', associate?.associationId);
}

const KEYED_BY_ACCOUNT: Readonly<
  Record<CodePurpose, { readonly isKeyed: boolean; readonly isOptional?: boolean }>
> = {
  associateAccount: { isKeyed: false },
  capture: { isKeyed: true },
  createMandate: { isKeyed: false },
  other: { isKeyed: true, isOptional: true },
};

/** What the consumption is recorded under. [IDEM-9] */
export function keyOfConsumption({
  purpose,
  requestId,
  paymentIntegratorAccountId,
}: ConsumeOrder): RequestKey {
  const method = `consume:${purpose}` as const;
  if (paymentIntegratorAccountId === undefined) return { method, requestId };
  return { method: `${method}:${paymentIntegratorAccountId}`, requestId };
}

/** 16 bytes by which a repetition is told from another order with the same key. [IDEM-5, IDEM-13] */
export function fingerprintOfConsumption(
  { otpVerification, expect = {}, associate }: ConsumeOrder,
  { digestKey }: OtpKeys,
): Uint8Array {
  const { sendOtpRequestId, otp } = otpVerification;
  const { accountId, associationId, context } = expect;
  const associated = associate?.associationId;
  const parameters = JSON.stringify({
    associated,
    sendOtpRequestId,
    otp: otp.reveal(),
    accountId,
    associationId,
    context,
  });
  return Uint8Array.from(keyedHash(digestKey, ['gsp-otp consumption v1', parameters]).subarray(0, 16));
}
