import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import type { OnEnded } from '../telemetry/ended-log.ts';
import type { OnRefused } from '../telemetry/refusal-log.ts';
import { createClientJudge, isNarrower } from './client-certificates.ts';
import { Connections } from './connections.ts';
import { answerEarly, firstObjection, type HeadRule, isTheirFault, refusing } from './head-rules.ts';
import { isUnambiguous } from './strict-request.ts';
import { type ServerTls, secureContext, tlsOptions } from './tls.ts';

/** Limits of a listener. [row 13, row 14 of the proofs] */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  /** Until the TLS handshake must be over, and again until the last header line must have come. */
  readonly headersTimeoutMs: number;
  /** Until the last byte of the body must have come. */
  readonly requestTimeoutMs: number;
  /** Silence between two requests of a connection; half of it where nothing valid came yet. */
  readonly keepAliveTimeoutMs: number;
  /** Connections at once; one on which nothing valid came yet gives way to one more. [OQ-62] */
  readonly connectionsMax: number;
}

/** Whom a listener tells, and what time it is. */
export interface ListenerWatch {
  readonly clock: Clock;
  readonly onRefused: OnRefused;
  readonly onEnded: OnEnded;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly connections: Connections;
    /** Each is asked about each request, in order, before anything else is done for it. */
    readonly headRules: HeadRule[];
  }
  interface FastifyContextConfig {
    /** Whoever answers on this route says by himself what counts against the caller. */
    readonly judges?: boolean;
  }
}

/** Slow clients are looked for this often, so one lives at most this much longer than its time-out. */
const SLOW_CHECK_MS = 1000;

/** While closing, a connection on which nothing came is given so long, for what may be on its way. */
const UNUSED_MS = 250;

/** Longer than any answer takes once its request is there. [OPS-2] */
const ANSWER_MS_MAX = 5000;

/**
 * A listener that takes raw bytes: the framework parses and coerces nothing, answers of its own have no body and are
 * told to `onRefused`, and a slow or greedy client is cut off. [OQ-21] `close()` takes no new connection, answers what
 * comes on those that are open, one request each, and ends those on which no whole request comes in time.
 */
export function createServer(limits: HttpLimits, watch: ListenerWatch, tls?: ServerTls): FastifyInstance {
  const { onRefused } = watch;
  const server: FastifyInstance = Fastify({
    bodyLimit: limits.bodyBytesMax,
    serverFactory: (handler) => {
      const receive = (request: IncomingMessage, response: ServerResponse) => {
        if (!server.connections.enter(request, response)) return;
        const status = firstObjection(server.headRules, request);
        if (status === undefined) handler(request, response);
        else answerEarly(server.connections, request, response, status);
      };
      return listenerOf(receive, limits, onRefused, tls);
    },
    routerOptions: { querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)) },
    ajv: { customOptions: { removeAdditional: false } },
    // Its own 503 has a body in the clear. What comes on an open connection is served instead. [ERR-1]
    return503OnClosing: false,
    exposeHeadRoutes: false,
    logger: false,
    frameworkErrors: (_error, request, reply) => {
      onRefused(400);
      server.connections.callerOf(request.raw).offend();
      reply.hijack();
      reply.raw.writeHead(400, { 'content-length': 0 }).end();
    },
    clientErrorHandler: (error, socket) => refuse(error, socket, onRefused),
  });
  server.decorate('headRules', [refusing(400, isUnambiguous, onRefused)]);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((_request, reply) => {
    onRefused(404);
    return reply.code(404).send();
  });
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    // Too large, cut off, or not HTTP at all: the request's fault; anything else would be ours. [OQ-21]
    const theirs = error.statusCode !== undefined && error.statusCode < 500;
    const status = theirs ? 400 : 500;
    onRefused(status);
    reply.code(status).header('connection', 'close').send();
  });
  const connections = new Connections(server.server, { ...limits, ...watch, tls: tls !== undefined });
  server.decorate('connections', connections);
  if (tls) watchClients(server, connections, onRefused, tls);
  server.addHook('preHandler', async (request) => connections.received(request.raw));
  endInOrder(server, limits);
  return server;
}

/** The framework ends idle connections alone, and Node looks for slow clients no more once a listener closes. */
function endInOrder(server: FastifyInstance, { requestTimeoutMs }: HttpLimits): void {
  const { connections } = server;
  server.addHook('preClose', async () => {
    connections.close();
    // None keeps the process alive: what is to be ended does.
    const look = setInterval(() => connections.endUnused(), UNUSED_MS).unref();
    setTimeout(() => connections.endIncomplete(), requestTimeoutMs).unref();
    setTimeout(() => server.server.closeAllConnections(), requestTimeoutMs + ANSWER_MS_MAX).unref();
    server.server.once('close', () => clearInterval(look));
  });
  server.addHook('onSend', async (request, reply) => {
    if (!request.routeOptions.config.judges && isTheirFault(reply.statusCode)) {
      connections.callerOf(request.raw).offend();
    }
    reply.headers(connections.answered(request.raw));
    if (reply.statusCode < 400) return;
    await new Promise<void>((resolve) => connections.afterRest(request.raw, resolve));
  });
}

/** Without `tls`, plain HTTP; with it, HTTPS and nothing else. [TLS-5] */
function listenerOf(
  handler: RequestListener,
  limits: HttpLimits,
  onRefused: OnRefused,
  tls: ServerTls | undefined,
): Server {
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: SLOW_CHECK_MS,
    maxHeaderSize: 8192,
    // Else NODE_OPTIONS could have heads read leniently, in which one request can be hidden behind another one. [OQ-63]
    insecureHTTPParser: false,
    // Its own 400 would leave no trace: `isUnambiguous` asks for it.
    requireHostHeader: false,
  };
  const listener = tls
    ? createHttpsServer({ ...options, ...tlsOptions(tls, limits.headersTimeoutMs) }, handler)
    : createHttpServer(options, handler);
  // Beyond its own limit Node would drop fields without a word; the size of all of them is limited.
  listener.maxHeadersCount = 0;
  tellOwnAnswers(listener, onRefused);
  return listener;
}

/** What Node would answer or end by itself, without a trace. */
function tellOwnAnswers(listener: Server, onRefused: OnRefused): void {
  const disappoint = (_request: IncomingMessage, response: ServerResponse) => {
    onRefused(417);
    response.writeHead(417, { connection: 'close', 'content-length': 0 }).end();
  };
  listener.on('checkExpectation', disappoint);
  // Node takes it for the one that it meets if it is anywhere among others.
  listener.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.expect?.toLowerCase() !== '100-continue') return disappoint(request, response);
    response.writeContinue();
    listener.emit('request', request, response);
  });
  listener.on('connect', (_request: IncomingMessage, socket) => answerBare(405, socket, onRefused));
}

/** Opens a listener and yields its URL. Rejects if the address can't be had. */
export async function openListener(
  server: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  const url = await server.listen({ host, port });
  // The framework doesn't look at the listener that it was given.
  return server.server instanceof HttpsServer ? url.replace(/^http:/, 'https:') : url;
}

/** What can be changed about a listener while it is open. */
const adjusters = new WeakMap<FastifyInstance, (tls: ServerTls) => void>();

/**
 * Puts other certificates in force, for every handshake from now on. Open connections stay, unless an authority of
 * client certificates is gone or a revocation list is another one: then idle ones end at once, and the others with
 * the answer under way. Throws `TypeError` if the one demands client certificates and the other doesn't: that is
 * settled when a listener is made.
 */
export function replaceTls(server: FastifyInstance, tls: ServerTls): void {
  adjusters.get(server)?.(tls);
}

/** Demands of each request what the handshake demanded, as it is in force now. */
function watchClients(
  server: FastifyInstance,
  connections: Connections,
  onRefused: OnRefused,
  tls: ServerTls,
): void {
  const listener = server.server;
  const isLetIn = createClientJudge();
  let { clients } = tls;
  if (clients) {
    const mayAsk = ({ socket }: IncomingMessage) => clients !== undefined && isLetIn(socket, clients);
    server.headRules.push(refusing(403, mayAsk, onRefused));
  }
  adjusters.set(server, (next) => {
    if ((next.clients === undefined) !== (clients === undefined)) {
      throw new TypeError('whether client certificates are required is settled when a listener is made');
    }
    if (listener instanceof HttpsServer) listener.setSecureContext(secureContext(next));
    const narrower = clients && next.clients && isNarrower(clients, next.clients);
    clients = next.clients;
    if (narrower) connections.outdate();
  });
}

const REASONS = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
} as const;

const STATUSES: Readonly<Record<string, keyof typeof REASONS>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** What isn't HTTP, or comes too slowly, gets a status line at most. */
function refuse({ code = '' }: NodeJS.ErrnoException, socket: Socket, onRefused: OnRefused): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // A handshake that failed: nobody is there to read HTTP.
  if (!/^(HPE|ERR_HTTP)_/.test(code)) {
    socket.destroy();
    return;
  }
  answerBare(STATUSES[code] ?? 400, socket, onRefused);
}

interface Answered {
  readonly writable: boolean;
  end(text: string, then: () => void): unknown;
  destroy(): unknown;
}

function answerBare(status: keyof typeof REASONS, socket: Answered, onRefused: OnRefused): void {
  // What was sent on behind it is one fault more to the parser, and was refused already.
  if (!socket.writable) return;
  onRefused(status);
  const line = `HTTP/1.1 ${status} ${REASONS[status]}`;
  socket.end(`${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}
