import type { Codec } from './codecs/codec.ts';
import { SealingFault } from './codecs/codec.ts';
import type { HttpResponse } from './http-client.ts';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members that answers may have. Nothing is known of their types yet. */
export interface AnswerMessage {
  readonly responseHeader?: unknown;
  readonly result?: unknown;
  readonly clientMessage?: unknown;
  readonly serverMessage?: unknown;
  readonly paymentIntegratorSendOtpId?: unknown;
  readonly paymentIntegratorVerifyOtpId?: unknown;
  readonly errorResponseCode?: unknown;
  readonly errorDescription?: unknown;
  readonly paymentIntegratorErrorIdentifier?: unknown;
}

/** What the endpoint answered, opened and read as far as that was possible. */
export interface Answer {
  readonly http: HttpResponse;
  /** The opened body. `undefined`: there was none, or it could not be opened. */
  readonly payload: Uint8Array | undefined;
  /** `undefined`: no body, or no JSON object in it. */
  readonly message: AnswerMessage | undefined;
  /** Why a body that is there could not be opened or read. */
  readonly problem: string | undefined;
}

export async function readAnswer(http: HttpResponse, codec: Codec): Promise<Answer> {
  if (http.body.byteLength === 0) {
    return { http, payload: undefined, message: undefined, problem: undefined };
  }
  let payload: Uint8Array;
  try {
    payload = await codec.open(http.body);
  } catch (cause) {
    if (!(cause instanceof SealingFault)) throw cause;
    return { http, payload: undefined, message: undefined, problem: cause.message };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return { http, payload, message: value, problem: undefined };
    return { http, payload, message: undefined, problem: 'the body is JSON, but no object' };
  } catch {
    return { http, payload, message: undefined, problem: 'the body is no JSON in UTF-8' };
  }
}

/** `responseHeader.responseTimestamp` in ms. `undefined`: it is missing or malformed. */
export function responseTimestampMs(answer: Answer): number | undefined {
  const header = answer.message?.responseHeader;
  const { responseTimestamp: timestamp }: Readonly<Record<string, unknown>> = isObject(header) ? header : {};
  return typeof timestamp === 'string' && /^\d{13}$/.test(timestamp) ? Number(timestamp) : undefined;
}

/** A member that is a string; `undefined` otherwise. */
export function text(answer: Answer, name: keyof AnswerMessage): string | undefined {
  const value = answer.message?.[name];
  return typeof value === 'string' ? value : undefined;
}
