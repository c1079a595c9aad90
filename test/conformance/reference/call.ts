/** An object of a request, with the members that anybody looks at. */
export interface Members {
  readonly [name: string]: unknown;
  readonly requestHeader?: unknown;
  readonly protocolVersion?: unknown;
  readonly major?: unknown;
  readonly minor?: unknown;
  readonly requestId?: unknown;
  readonly requestTimestamp?: unknown;
  readonly userLocale?: unknown;
  readonly accountPhoneNumber?: unknown;
  readonly associationId?: unknown;
  readonly smsMatchingToken?: unknown;
  readonly otpContext?: unknown;
  readonly sendOtpRequestId?: unknown;
  readonly otp?: unknown;
  readonly clientMessage?: unknown;
  readonly result?: unknown;
  readonly errorResponseCode?: unknown;
  readonly responseHeader?: unknown;
}

export type Method = 'sendOtp' | 'verifyOtp' | 'echo';

/** A request as far as it was read. */
export interface Call {
  readonly method: Method;
  readonly payload: Uint8Array;
  /** The payload as Latin-1: every byte a character. */
  readonly text: string;
  readonly message: Members;
  readonly header: Members;
  readonly version: Members;
  readonly arrivedAtMs: number;
}

/** An answer before sealing. A message of `undefined` is an empty body. */
export interface Reply {
  readonly status: number;
  readonly message: Members | undefined;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly description: string;

  constructor(status: number, code: string, description: string) {
    super(code);
    this.status = status;
    this.code = code;
    this.description = description;
  }
}
