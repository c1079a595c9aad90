import { createHmac, randomUUID } from 'node:crypto';
import type { Clock, Deadline } from '../../../ports/clock.ts';
import { createDeadline } from '../../../ports/deadline.ts';
import {
  encodeJson,
  JsonFault,
  type JsonObject,
  type JsonValue,
  readJson,
} from '../../../ports/text/json.ts';
import { CircuitBreaker } from '../../circuit-breaker.ts';
import { type Exchange, exchange, type HttpAnswer, type HttpRequest } from '../../http-client/exchange.ts';
import { createLink } from '../../http-client/link.ts';
import { CallWindow } from '../../window.ts';
import { directoryFault } from '../rows/foreign-account.ts';
import { type HttpDirectorySettings, signingKeyOf } from './settings.ts';

/** The service that the directory is, as far as HTTP goes. */
export interface DirectoryService {
  /**
   * What it answers with 200, as JSON. Throws `UnavailableError`, which names the cause and no value, if it answers anything
   * else, nothing in time, or rests after failures.
   */
  ask(path: string, question: JsonObject, deadline: Deadline): Promise<JsonValue>;
  /** Lets go of its connections. Safe to call twice. */
  close(): void;
}

export function directoryService(settings: HttpDirectorySettings, clock: Clock): DirectoryService {
  const link = createLink(settings);
  const window = new CallWindow(settings.connections);
  const breaker = new CircuitBreaker(clock);
  const { url, timeoutMs, connections } = settings;
  let isClosed = false;

  async function askInTurn(path: string, body: string, deadline: Deadline): Promise<JsonValue> {
    if (!(await window.enter(deadline))) throw directoryFault(`had all ${connections} connections in use`);
    try {
      if (isClosed) throw directoryFault('is closed');
      const end = breaker.begin();
      if (end === undefined) throw directoryFault('rests after failures, and was not asked');
      const write = () => {
        const headers = { ...JSON_HEADERS, ...proofOf(settings, body, clock.nowMs()) };
        return exchange({ verb: 'POST', url: `${url}${path}`, headers, body }, deadline, link);
      };
      const result = await orOnceMore(write, deadline);
      // What is wrong in one answer says nothing of the next question.
      end(result.kind !== 'answered' || result.answer.status !== 200);
      return jsonOf(result);
    } finally {
      window.leave();
    }
  }

  return {
    async ask(path, question, deadline) {
      if (isClosed) throw directoryFault('is closed');
      const remainingMs = deadline.remainingMs();
      if (remainingMs <= 0) throw directoryFault('was asked after the deadline');
      const own = createDeadline(clock, Math.min(remainingMs, timeoutMs));
      const body = String(Buffer.from(encodeJson(question)));
      return askInTurn(path, body, own).finally(own.cancel);
    },
    close() {
      isClosed = true;
      link.close();
    },
  };
}

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };

/** Who asks: https://www.standardwebhooks.com has the signature. */
function proofOf(
  { bearerToken, signingKey }: HttpDirectorySettings,
  body: string,
  nowMs: number,
): HttpRequest['headers'] {
  const key = signingKey && signingKeyOf(signingKey.reveal());
  return {
    ...(bearerToken && { authorization: `Bearer ${bearerToken.reveal()}` }),
    ...(key && signatureOf(key, `msg_${randomUUID()}`, Math.floor(nowMs / 1000), body)),
  };
}

function signatureOf(key: Buffer, id: string, seconds: number, body: string): HttpRequest['headers'] {
  const digest = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${digest}`,
  };
}

/** A question changes nothing, and a change may be repeated: where a connection broke, another one may do. */
async function orOnceMore(write: () => Promise<Exchange>, deadline: Deadline): Promise<Exchange> {
  const result = await write();
  return result.kind === 'answered' || deadline.remainingMs() <= 0 ? result : write();
}

function jsonOf(result: Exchange): JsonValue {
  if (result.kind === 'unreached') throw directoryFault(`can't be reached: ${result.fault}`);
  if (result.kind === 'lost') throw directoryFault(`gave no whole answer: ${result.fault}`);
  const { status, headers, bytes }: HttpAnswer = result.answer;
  if (status !== 200) throw directoryFault(`answered ${status}${hintOn(status)}`);
  // None was asked for, and none is unpacked: a few bytes may be a gigabyte.
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw directoryFault('answered compressed');
  if (!/^application\/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*$/i.test(headers['content-type'] ?? ''))
    throw directoryFault('answered with a Content-Type that is not application/json in UTF-8');
  try {
    return readJson(bytes);
  } catch (error) {
    throw error instanceof JsonFault ? directoryFault(`answered with JSON that ${error.message}`) : error;
  }
}

/** What it mostly means; nothing is made of it but words. */
function hintOn(status: number): string {
  if (status >= 300 && status <= 399) return ', and redirects are not followed';
  if (status === 401 || status === 403) return ': it does not take the credentials';
  return status === 404 ? ': nothing is under that URL; that nobody has a number, an empty list says' : '';
}
