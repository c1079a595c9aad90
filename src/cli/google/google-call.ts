import { randomBytes, randomUUID } from 'node:crypto';
import { type Codec, SealingFault } from '../../../conformance/google/codecs/codec.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { askOrFail } from '../terminal/http-client.ts';

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

export interface CallTerms {
  /** The method's name is appended. */
  readonly baseUrl: string;
  readonly codec: Codec;
  readonly timeoutMs: number;
}

/** Plays one call of Google's. Throws `Failure` if nothing answers, or nothing that Google could open. */
export async function playCall(
  method: string,
  request: unknown,
  { baseUrl, codec, timeoutMs }: CallTerms,
): Promise<PlayedCall> {
  const url = `${baseUrl.replace(/\/+$/, '')}/${method}`;
  if (!URL.canParse(url)) {
    throw new Failure(`${url} is not a URL`, 'Write it as http://127.0.0.1:8080/v1.', exitCodes.usage);
  }
  const body = Buffer.from(await codec.seal(Buffer.from(JSON.stringify(request))));
  const remedy = 'Is the server running? Start one with `gsp-otp serve`, or name another with --url.';
  const sent = { method: 'POST', contentType: codec.contentType, body, timeoutMs };
  const { status, contentType, durationMs, ...answer } = await askOrFail(url, sent, remedy);
  const response = parseBody(await openAnswer(codec, answer.body));
  return { url, request, status, contentType, durationMs, response };
}

async function openAnswer(codec: Codec, body: string): Promise<string> {
  if (body === '') return body;
  try {
    return Buffer.from(await codec.open(Buffer.from(body))).toString('utf8');
  } catch (error) {
    if (!(error instanceof SealingFault)) throw error;
    const remedy = 'Does the server know this key of Google, and is this the key of the server?';
    throw new Failure(`the answer can't be opened: ${error.message}`, remedy);
  }
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
