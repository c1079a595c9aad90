import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SealedReply } from '../methods/serve.ts';
import type { Clock } from '../ports/clock.ts';
import { METHOD_NAMES, type MethodName } from '../ports/method-name.ts';
import type { MethodRoutes } from './method-routes.ts';
import { Standing } from './standing.ts';
import { isUnambiguous } from './strict-request.ts';

export interface HandlerParts extends MethodRoutes {
  readonly bodyBytesMax: number;
  readonly clock: Clock;
}

export interface Handler {
  /**
   * Answers a request that a server of somebody else's took. Resolves when the answer is handed over. Rejects, and leaves
   * the request to the caller, only with a `TypeError` if its body was read before.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** From now on requests are answered 503; resolves when the running ones are answered. */
  close(): Promise<void>;
}

/** Serves the methods on a server whose connections, time-outs and TLS are not ours. */
export function createHandler(parts: HandlerParts): Handler {
  const standings = new WeakMap<Socket, Standing>();
  const running = new Set<Promise<void>>();
  let closed = false;
  const standingOf = (socket: Socket) => {
    const standing = standings.get(socket) ?? new Standing(parts.clock);
    standings.set(socket, standing);
    return standing;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const reply = closed ? refusal(503) : await replyTo(request, standingOf(request.socket), parts);
    if (reply.refused) parts.onRefused(reply.status);
    // What is left of a body that nobody read may be anything.
    if (!request.complete) response.setHeader('connection', 'close');
    if (reply.status === 405) response.setHeader('allow', 'POST');
    if (reply.contentType !== undefined) response.setHeader('content-type', reply.contentType);
    response.writeHead(reply.status, { 'content-length': reply.body?.length ?? 0 }).end(reply.body);
  };
  return {
    async handle(request, response) {
      if (request.readableDidRead) {
        throw new TypeError(
          'the body of the request was read before: call handle() ahead of any body parser',
        );
      }
      // Whoever hung up gets no answer.
      const answering = answer(request, response).catch(() => void response.destroy());
      running.add(answering);
      await answering;
      running.delete(answering);
    },
    async close() {
      closed = true;
      await Promise.all(running);
    },
  };
}

type Reply = SealedReply & { readonly refused?: true };

function refusal(status: number): Reply {
  return { status, contentType: undefined, body: undefined, refused: true };
}

async function replyTo(request: IncomingMessage, caller: Standing, parts: HandlerParts): Promise<Reply> {
  const method = methodAt(request.url, parts.basePaths);
  if (method === undefined) return refusal(404);
  if (request.method !== 'POST') return refusal(405);
  if (!parts.enabledMethods.has(method)) return refusal(501);
  if (!isUnambiguous(request)) return refusal(400);
  const contentType = request.headers['content-type'];
  const turnedAway = parts.pipeline.turnAway?.({ method, contentType, caller });
  if (turnedAway) return turnedAway;
  const body = await bodyOf(request, parts.bodyBytesMax);
  if (body === undefined) return refusal(400); // [OQ-21]
  caller.ask();
  return parts.pipeline({ method, contentType, body, caller });
}

function methodAt(url: string | undefined, basePaths: readonly string[]): MethodName | undefined {
  const path = url?.split('?', 1)[0];
  return METHOD_NAMES.find((method) => basePaths.some((basePath) => path === `${basePath}/${method}`));
}

/** `undefined`: it is too large. Rejects if it is cut off. */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Uint8Array | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bytesMax) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
