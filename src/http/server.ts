import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { type ServerTls, secureContext, tlsOptions } from './tls.ts';

/** Limits of a listener. [row 13, row 14 of the proofs] */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  /** Until the TLS handshake must be over, and again until the last header line must have come. */
  readonly headersTimeoutMs: number;
  /** Until the last byte of the body must have come. */
  readonly requestTimeoutMs: number;
  /** Silence between two requests of a connection. */
  readonly keepAliveTimeoutMs: number;
  /** Connections at once; one more is closed. */
  readonly connectionsMax: number;
}

/** Slow clients are looked for this often, so one lives at most this much longer than its time-out. */
const SLOW_CHECK_MS = 1000;

/** Longer than any answer takes once its request is there. [OPS-2] */
const ANSWER_MS_MAX = 5000;

/**
 * A listener that takes raw bytes: the framework parses and coerces nothing, answers of its own have no body, and
 * a slow or greedy client is cut off. [OQ-21] `close()` takes no new connection, answers what comes on those that are
 * open, one request each, and ends those on which no whole request comes in time.
 */
export function createServer(limits: HttpLimits, tls?: ServerTls): FastifyInstance {
  const server = Fastify({
    bodyLimit: limits.bodyBytesMax,
    serverFactory: (handler) => listenerOf(handler, limits, tls),
    // Its own 503 has a body in the clear. What comes on an open connection is served instead. [ERR-1]
    return503OnClosing: false,
    exposeHeadRoutes: false,
    logger: false,
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(400, { 'content-length': 0 }).end();
    },
    clientErrorHandler: refuse,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send());
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    // Too large, cut off, or not HTTP at all: the request's fault; anything else would be ours. [OQ-21]
    const theirs = error.statusCode !== undefined && error.statusCode < 500;
    reply
      .code(theirs ? 400 : 500)
      .header('connection', 'close')
      .send();
  });
  endInOrder(server, limits);
  return server;
}

/** The framework ends idle connections alone, and Node looks for slow clients no more once a listener closes. */
function endInOrder(server: FastifyInstance, { requestTimeoutMs }: HttpLimits): void {
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
    // Does not keep the process alive: what is to be ended does.
    setTimeout(() => server.server.closeAllConnections(), requestTimeoutMs + ANSWER_MS_MAX).unref();
  });
  server.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

/** Without `tls`, plain HTTP; with it, HTTPS and nothing else. [TLS-5] */
function listenerOf(handler: RequestListener, limits: HttpLimits, tls: ServerTls | undefined): Server {
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: SLOW_CHECK_MS,
    maxHeaderSize: 8192,
  };
  const listener = tls
    ? createHttpsServer({ ...options, ...tlsOptions(tls, limits.headersTimeoutMs) }, handler)
    : createHttpServer(options, handler);
  listener.maxConnections = limits.connectionsMax;
  return listener;
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

/** Puts other certificates in force, for every handshake from now on; open connections stay. */
export function replaceTls({ server }: FastifyInstance, tls: ServerTls): void {
  if (server instanceof HttpsServer) server.setSecureContext(secureContext(tls));
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** What isn't HTTP, or comes too slowly, gets a status line at most. */
function refuse({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // A handshake that failed: nobody is there to read HTTP.
  if (!/^(HPE|ERR_HTTP)_/.test(code)) {
    socket.destroy();
    return;
  }
  const status = REASONS[code] ?? '400 Bad Request';
  if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  socket.destroySoon();
}
