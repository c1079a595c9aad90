import type { JsonObject } from '../../src/ports/text/json.ts';

/** When the example requests were made. */
export const EXAMPLE_MS = 1_502_545_413_026;

const requestHeader = {
  protocolVersion: { major: 1, minor: 0, revision: 0 },
  requestId: '0123434-otp-abc',
  requestTimestamp: '1502545413026',
};

/** One valid request for each method, in the shape of the reference's own examples. */
export const EXAMPLE_REQUESTS = {
  sendOtp: {
    requestHeader,
    accountPhoneNumber: '+918067218010',
    smsMatchingToken: 'AB12345678C',
    otpContext: { association: {} },
  },
  verifyOtp: {
    requestHeader,
    // The very id of its own request, as in the reference. [VO-6]
    sendOtpRequestId: '0123434-otp-abc',
    otp: '7754321',
  },
  echo: { requestHeader, clientMessage: 'client message' },
} as const satisfies Record<string, JsonObject>;

export type MethodName = keyof typeof EXAMPLE_REQUESTS;

const utf8 = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return utf8.encode(text);
}
