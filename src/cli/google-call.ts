import { randomBytes, randomUUID } from 'node:crypto';
import { exitCodes, Failure } from './failure.ts';
import { askOverHttp } from './http-client.ts';

export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
}

export interface RequestHeader {
  readonly protocolVersion: ProtocolVersion;
  readonly requestId: string;
  readonly requestTimestamp: string;
}

/** A call that was answered, by whatever status. */
export interface PlayedCall {
  readonly url: string;
  readonly request: unknown;
  readonly status: number;
  readonly contentType: string;
  readonly durationMs: number;
  /** The JSON value; what is not JSON is the text itself. */
  readonly response: unknown;
}

export const plainContentType = 'application/json; charset=utf-8';

/** Plays one call of Google's in clear JSON. Throws `Failure` if nothing answers. */
export async function playCall(
  baseUrl: string,
  method: string,
  request: unknown,
  timeoutMs: number,
): Promise<PlayedCall> {
  const url = `${baseUrl.replace(/\/+$/, '')}/${method}`;
  if (!URL.canParse(url)) {
    throw new Failure(`${url} is not a URL`, 'Write it as http://127.0.0.1:8080/v1.', exitCodes.usage);
  }
  const body = JSON.stringify(request);
  const remedy = 'Is the server running? Start one with `gsp-otp serve`, or name another with --url.';
  const sent = { method: 'POST', contentType: plainContentType, body, timeoutMs };
  const { status, contentType, durationMs, ...answer } = await askOverHttp(url, sent, remedy);
  return { url, request, status, contentType, durationMs, response: parseBody(answer.body) };
}

/** The header of a new request, made now. */
export function makeHeader(): RequestHeader {
  return {
    protocolVersion: { major: 1, minor: 0, revision: 0 },
    requestId: randomUUID(),
    requestTimestamp: String(Date.now()),
  };
}

/** 11 characters, as Android makes them. [SMS-4] */
export function makeToken(): string {
  return randomBytes(9).toString('base64').slice(0, 11);
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
