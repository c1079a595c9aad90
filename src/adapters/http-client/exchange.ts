import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { BUDGET } from '../../ports/budget.ts';
import type { Deadline } from '../../ports/clock.ts';
import { createLink, type Link, type LinkedRequest, ProxyFault } from './link.ts';

/** One HTTP request to a service. `body` is `undefined` for a request without one. */
export interface HttpRequest {
  /** The method of HTTP. */
  readonly verb: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came, 64 KiB at most. */
  readonly bytes: Uint8Array;
}

/**
 * What became of a request: an answer came whole; it was never written (`unreached`); or it may have been written
 * and no whole answer came (`lost`). `status` is that of an answer which ended early. `later` is what comes of one that
 * is late; it doesn't reject. `fault` is a code or a phrase of ours, never a value from the request.
 */
export type Exchange =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  | { readonly kind: 'unreached'; readonly fault: string }
  | {
      readonly kind: 'lost';
      readonly fault: string;
      readonly status?: number;
      readonly later?: Promise<Exchange>;
    };

/** No service that is asked has a reason to say more. */
const ANSWER_BYTES_MAX = 65_536;

/** Some firewalls turn away what does not name itself. */
const DEFAULT_HEADERS = { accept: '*/*', 'user-agent': 'gsp-otp' };

/** Straight to wherever it is, by the public authorities. */
const directLink = createLink();

/**
 * Sends one request, once: redirects are not followed and nothing is repeated. Never rejects. Until a connection is
 * there nothing is written, so that what fails before is certain not to have reached the service. A connection that was
 * used before may end just when it is used again; whether the request was read then is open. [OQ-28] An answer is waited
 * for by the deadline, and `lateMs` longer for whoever wants to know it `later`.
 */
export async function exchange(
  request: HttpRequest,
  deadline: Deadline,
  link: Link = directLink,
  lateMs = 0,
): Promise<Exchange> {
  if (deadline.remainingMs() <= 0) return { kind: 'unreached', fault: 'no time left' };
  const attempt: Attempt = { request, deadline, link, connection: 'none', status: undefined };
  const end = lateMs > 0 ? AbortSignal.timeout(Math.ceil(deadline.remainingMs() + lateMs)) : deadline.signal;
  const settled = settle(attempt, end);
  if (lateMs === 0) return settled;
  const result = await Promise.race([settled, once(deadline.signal)]);
  if (result !== 'late') return result;
  // Without a connection it ends now, as one that was never written.
  if (attempt.connection === 'none') return settled;
  return { kind: 'lost', fault: LATE, later: settled };
}

/** A request under way. */
interface Attempt {
  readonly request: HttpRequest;
  readonly deadline: Deadline;
  readonly link: Link;
  /** On what it is written. */
  connection: 'none' | 'new' | 'kept';
  /** Of the answer, once its head is there. */
  status: number | undefined;
}

const LATE = 'no answer by the deadline';

async function settle(attempt: Attempt, end: AbortSignal): Promise<Exchange> {
  try {
    const response = await responseTo(attempt, end);
    attempt.status = response.statusCode ?? 0;
    const bytes = await readBody(response);
    const { status } = attempt;
    if (bytes === undefined) return { kind: 'lost', fault: `HTTP ${status} with an answer too long`, status };
    return { kind: 'answered', answer: { status, headers: response.headers, bytes } };
  } catch (error) {
    const { connection, status } = attempt;
    const unread = connection === 'none' || (connection === 'new' && isTurnedAway(error));
    const isLate =
      !(error instanceof ProxyFault) && (end.aborted || (unread && attempt.deadline.signal.aborted));
    const late = unread ? 'no connection by the deadline' : LATE;
    const fault = isLate ? late : faultOf(error);
    return unread
      ? { kind: 'unreached', fault }
      : { kind: 'lost', fault, ...(status !== undefined && { status }) };
  }
}

function once(signal: AbortSignal): Promise<'late'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('late');
    else signal.addEventListener('abort', () => resolve('late'), { once: true });
  });
}

/**
 * Settles by the head of the answer. Notes the connection just before the first byte is written. Rejects too where no
 * request can be made of it, such as a header with characters that HTTP has none for.
 */
function responseTo(attempt: Attempt, end: AbortSignal): Promise<IncomingMessage> {
  const { request, deadline, link } = attempt;
  const { verb, url, headers, body } = request;
  return new Promise((resolve, reject) => {
    const connecting = new AbortController();
    const connectMs = Math.max(BUDGET.connectMsMin, deadline.remainingMs() * BUDGET.connectShare);
    const options: LinkedRequest = {
      method: verb,
      headers: { ...DEFAULT_HEADERS, ...headers },
      agent: link.agentFor(url),
      signal: end,
      connectSignal: AbortSignal.any([deadline.signal, connecting.signal]),
    };
    const send = /^https:/i.test(url) ? requestTls : requestPlain;
    const call = send(url, options);
    const timer = setTimeout(() => connecting.abort(connectTimeout()), connectMs);
    call.on('socket', () => {
      clearTimeout(timer);
      attempt.connection = call.reusedSocket ? 'kept' : 'new';
      // As bytes: a text would make Node write the headers in UTF-8 as well.
      call.end(body === undefined ? undefined : Buffer.from(body));
    });
    call.on('response', resolve);
    call.on('error', reject);
    call.on('close', () => {
      clearTimeout(timer);
      reject(new Error('closed'));
    });
  });
}

/**
 * Whether the server turned away the handshake itself. In TLS 1.3 it looks at a client's certificate after the client
 * has begun to write, and reads nothing of that before. [RFC 8446, 4.4.2.4 and 6.2]
 */
function isTurnedAway(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^ERR_SSL_[\w/]+_ALERT_(CERTIFICATE_\w+|BAD_CERTIFICATE\w*|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)$/.test(
    code,
  );
}

function connectTimeout(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
}

/** `undefined`: longer than any answer is. Throws if it ends early. */
async function readBody(response: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Of a request that can't be written. Templates of the operator's may come to that, with some values or with all. */
const UNFIT: Readonly<Record<string, string>> = {
  ERR_INVALID_CHAR: 'not sent, a header has a character that HTTP has none for',
  ERR_INVALID_HTTP_TOKEN: 'not sent, a header has a name that is none',
  ERR_INVALID_URL: 'not sent, the URL is none',
};

/** Messages name hosts and values; codes don't. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'broken off';
  if (error instanceof ProxyFault) return error.message;
  const code = 'code' in error ? String(error.code) : '';
  return /^[A-Z][A-Z0-9_/]{2,60}$/.test(code) ? (UNFIT[code] ?? code) : error.name;
}
