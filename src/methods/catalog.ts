import { momentOf } from '../domain/moment.ts';
import type { Outcome } from '../domain/outcome.ts';
import { recordAnswer } from '../domain/record-answer.ts';
import { type SendOtpParts, sendOtp } from '../domain/send-otp.ts';
import { type VerifyOtpParts, verifyOtp } from '../domain/verify-otp.ts';
import type { Deadline } from '../ports/clock.ts';
import type { MethodName } from '../ports/method-name.ts';
import type { StoredAnswer } from '../ports/otp-store.ts';
import type { JsonObject } from '../ports/text/json.ts';
import { decodeEcho, encodeEcho } from '../protocol/echo.ts';
import { decodeSendOtp, encodeSendOtp } from '../protocol/send-otp.ts';
import { decodeVerifyOtp, encodeVerifyOtp } from '../protocol/verify-otp.ts';

/** What every method is told about the call it serves. */
export interface Call {
  readonly requestId: string;
  readonly fingerprint: Uint8Array;
  readonly callId: string;
  readonly deadline: Deadline;
}

/** A decoded request, ready to be performed and able to put an answer into its method's words. */
export interface Prepared {
  /** Whether the request has a context that this version doesn't know. [OQ-19] */
  readonly unknownContext?: boolean;
  perform(call: Call): Promise<Outcome>;
  /** The same for a first answer and for a replay: only `nowMs` differs. [IDEM-5, HDR-11] */
  encode(answer: StoredAnswer, nowMs: number): JsonObject;
}

/** One row a method: decodes a body, or throws `WireError`. Each is idempotent by its request id. [IDEM-1] */
export type MethodCatalog = Readonly<Record<MethodName, (body: JsonObject) => Prepared>>;

export type CatalogParts = SendOtpParts & VerifyOtpParts;

export function createCatalog(parts: CatalogParts): MethodCatalog {
  const { store, clock, owner } = parts;
  return {
    sendOtp(body) {
      const request = decodeSendOtp(body, { acceptBothIdentifiers: parts.policy.acceptBothIdentifiers });
      return {
        unknownContext: request.otpContext === 'unknown',
        perform: (call) => sendOtp({ ...request, ...call }, parts),
        encode: ({ result, integratorId }, nowMs) =>
          encodeSendOtp({
            result,
            paymentIntegratorSendOtpId: integratorId,
            nowMs,
          }),
      };
    },
    verifyOtp(body) {
      const request = decodeVerifyOtp(body);
      return {
        perform: (call) => verifyOtp({ ...request, ...call }, parts),
        encode: ({ result, integratorId }, nowMs) =>
          encodeVerifyOtp({
            result,
            paymentIntegratorVerifyOtpId: integratorId,
            nowMs,
          }),
      };
    },
    echo(body) {
      const { clientMessage } = decodeEcho(body);
      return {
        // Idempotent like the others: another message under the same request id is a violation. [ECHO-5, OQ-22]
        perform: ({ requestId, fingerprint, callId }) =>
          recordAnswer(
            store,
            { key: { method: 'echo', requestId }, fingerprint, owner, nowMs: momentOf(clock).nowMs },
            { answer: { result: '', integratorId: callId }, reason: '' },
          ),
        encode: (_, nowMs) => encodeEcho({ clientMessage, nowMs }),
      };
    },
  };
}
