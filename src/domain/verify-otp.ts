import { type AttemptParts, attemptCode, type CodeAttempt } from './attempt-code.ts';
import type { Outcome } from './outcome.ts';

export interface VerifyOtpCall
  extends Pick<CodeAttempt, 'fingerprint' | 'callId' | 'sendOtpRequestId' | 'otp' | 'deadline'> {
  readonly requestId: string;
}

export type VerifyOtpParts = AttemptParts;

/** Verifies the code by itself, which uses it up for whatever else takes codes. Throws as `attemptCode` does. [VO-1, VO-2] */
export function verifyOtp({ requestId, ...call }: VerifyOtpCall, parts: VerifyOtpParts): Promise<Outcome> {
  return attemptCode({ ...call, key: { method: 'verifyOtp', requestId }, use: 'verifyOtp' }, parts);
}
