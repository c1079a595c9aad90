import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { measureSms } from '../../../../src/domain/text/sms-encoding.ts';
import { Secret } from '../../../../src/ports/secret.ts';
import type { SmsMessage } from '../../../../src/ports/sms-gateway.ts';

/** What a gateway was asked. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WholeAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** It comes so much later. */
  readonly afterMs?: number;
  /** Its body comes byte by byte, so far apart. */
  readonly byteEveryMs?: number;
}

/** How the stand-in answers: with a status and a body, or in one of the ways in which gateways fail. */
export type StandInAnswer =
  | WholeAnswer
  /** Never answers. */
  | 'silence'
  /** Reads the request and closes. */
  | 'cut-before-headers'
  /** Closes within the body. */
  | 'cut-after-headers'
  /** The same two, with a reset of the connection. */
  | 'reset-before-headers'
  | 'reset-after-headers'
  /** Says something that isn't HTTP. */
  | 'not-http';

/** How the stand-in takes connections; `refuses`: nobody listens where it was. */
type Reachability = 'listens' | 'closes-at-once' | 'refuses';

export interface GatewayStandIn {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What it answers, or what to answer each request. */
  answer: StandInAnswer | ((request: ReceivedRequest) => StandInAnswer);
  /** Ends every connection if it is anything but `listens`. */
  reach(how: Reachability): Promise<void>;
}

/** A local HTTP server that answers as a gateway does; over TLS if it is given any. */
export async function startStandIn(
  t: TestContext,
  answer: StandInAnswer = 'silence',
  tls?: ServerOptions,
): Promise<GatewayStandIn> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let closesAtOnce = false;
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const received = { method, path, headers, body };
      requests.push(received);
      const { answer } = standIn;
      respond(typeof answer === 'function' ? answer(received) : answer, response, request.socket);
    });
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.on('connection', (socket) => {
    if (closesAtOnce) return void socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await listenOnKeptPort(server);
  const stop = async () => {
    const stopped = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of sockets) socket.destroy();
    await stopped;
  };
  t.after(stop);
  const { port } = server.address() as AddressInfo;
  const reach = async (how: Reachability) => {
    closesAtOnce = how === 'closes-at-once';
    if (how === 'refuses') return stop();
    if (!server.listening) await listen(server, port);
    if (closesAtOnce) for (const socket of sockets) socket.destroy();
  };
  const standIn: GatewayStandIn = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    answer,
    reach,
  };
  return standIn;
}

function respond(answer: StandInAnswer, response: ServerResponse, socket: Socket): void {
  const part = () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    return new Promise<void>((resolve) => response.write('{"status":', () => resolve()));
  };
  switch (answer) {
    case 'silence':
      return;
    case 'cut-before-headers':
      return void socket.destroy();
    case 'cut-after-headers':
      return void part().then(() => socket.destroy());
    case 'reset-before-headers':
      return void socket.resetAndDestroy();
    case 'reset-after-headers':
      return void part().then(() => socket.resetAndDestroy());
    case 'not-http':
      return void socket.end('+OK ready\r\n');
    default:
      respondWhole(answer, response);
  }
}

function respondWhole(
  { status, body, headers, afterMs, byteEveryMs }: WholeAnswer,
  response: ServerResponse,
): void {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const begin = () => response.writeHead(status, { 'content-type': 'application/json', ...headers });
  if (afterMs !== undefined) {
    const timer = setTimeout(() => begin().end(text), afterMs);
    response.on('close', () => clearTimeout(timer));
  } else if (byteEveryMs !== undefined) {
    begin().flushHeaders();
    const bytes = Buffer.from(text).values();
    const timer = setInterval(() => {
      const { value, done } = bytes.next();
      if (done) response.end();
      else response.write(Uint8Array.of(value));
    }, byteEveryMs);
    response.on('close', () => clearInterval(timer));
  } else {
    begin().end(text);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Where systems put nobody by themselves: it is free again after an outage. */
async function listenOnKeptPort(server: Server): Promise<void> {
  for (;;) {
    try {
      return await listen(server, randomInt(20_000, 30_000));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** Where nobody listens. */
export async function unusedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export const exampleNumber = '+14035550123';
export const exampleText = 'Use 907214 for Banco Exemplo.\nT0kenAbCdEf';

/** What goes along with a text to India. */
export const exampleDlt = { entityId: '1101000000000012345', templateId: '1107000000000067890' };

/** The example with another text. */
export function messageWith(text: string): SmsMessage {
  const { encoding, segments } = measureSms(text);
  return { ...exampleMessage, text: new Secret(text), encoding, segments };
}

export const exampleMessage: SmsMessage = {
  to: new Secret(exampleNumber),
  text: new Secret(exampleText),
  encoding: 'gsm-7',
  segments: 1,
  reference: 'AbCdEf0123456789',
  validityMs: 300_000,
  country: 'CA',
  language: 'en',
};
