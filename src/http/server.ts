import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';

/** Limits of a listener. [row 13, row 14 of the proofs] */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  /** Until the last header line must have come. */
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

/**
 * A listener that takes raw bytes: the framework parses and coerces nothing, answers of its own have no body, and
 * a slow or greedy client is cut off. [OQ-21]
 */
export function createServer(limits: HttpLimits): FastifyInstance {
  const server = Fastify({
    bodyLimit: limits.bodyBytesMax,
    connectionTimeout: 0,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    return503OnClosing: true,
    exposeHeadRoutes: false,
    logger: false,
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(400, { 'content-length': 0 }).end();
    },
    clientErrorHandler: refuse,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: SLOW_CHECK_MS,
      maxHeaderSize: 8192,
    },
  });
  server.server.maxConnections = limits.connectionsMax;
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
  return server;
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** What isn't HTTP, or comes too slowly, gets a status line at most. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = REASONS[error.code ?? ''] ?? '400 Bad Request';
  if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  socket.destroySoon();
}
