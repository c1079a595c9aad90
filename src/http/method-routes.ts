import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pipeline } from '../methods/pipeline.ts';
import type { SealedReply, SealedRequest } from '../methods/serve.ts';
import { METHOD_NAMES, type MethodName } from '../ports/method-name.ts';
import type { OnRefused } from '../telemetry/refusal-log.ts';
import type { HeadRule } from './head-rules.ts';

export interface MethodRoutes {
  /**
   * Each has the methods under it: `/v1` serves `/v1/sendOtp` [URL-1, URL-3]. All of them share one store, so that a
   * flow that began on one may end on another. [VER-1, VER-2]
   */
  readonly basePaths: readonly string[];
  /** A method left out is known but not offered: 501. [OQ-21] */
  readonly enabledMethods: ReadonlySet<MethodName>;
  readonly pipeline: ((request: SealedRequest) => Promise<SealedReply>) & Partial<Pick<Pipeline, 'turnAway'>>;
  readonly onRefused: OnRefused;
}

const EMPTY_BODY = new Uint8Array(0);

/** What Google calls. Each path answers POST and nothing else. [HTTP-6] */
export function addMethodRoutes(
  server: FastifyInstance,
  { basePaths, enabledMethods, pipeline, onRefused }: MethodRoutes,
): void {
  const notOffered = async (_request: FastifyRequest, reply: FastifyReply) => {
    onRefused(501);
    return reply.code(501).send();
  };
  const onlyPost = async (_request: FastifyRequest, reply: FastifyReply) => {
    onRefused(405);
    return reply.code(405).header('allow', 'POST').send();
  };
  const offered = new Map<string, MethodName>();
  server.headRules.push(turnAway(server, pipeline, offered));
  for (const basePath of basePaths) {
    for (const method of METHOD_NAMES) {
      const url = `${basePath}/${method}`;
      if (enabledMethods.has(method)) {
        offered.set(url, method);
        server.post(url, { config: { judges: true } }, serve(server, pipeline, method));
      } else server.post(url, notOffered);
      const others = server.supportedMethods.filter((verb) => verb !== 'POST');
      server.route({ method: others, url, handler: onlyPost });
    }
  }
}

/** Before a request is routed and its body read, which would be the greater part of what a refusal costs. */
function turnAway(
  server: FastifyInstance,
  pipeline: MethodRoutes['pipeline'],
  offered: ReadonlyMap<string, MethodName>,
): HeadRule {
  return (request) => {
    const method = request.method === 'POST' ? offered.get(request.url ?? '') : undefined;
    if (method === undefined) return undefined;
    const caller = server.connections.callerOf(request);
    const contentType = request.headers['content-type'];
    return pipeline.turnAway?.({ method, contentType, caller })?.status;
  };
}

function serve(server: FastifyInstance, pipeline: MethodRoutes['pipeline'], method: MethodName) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const body = request.body instanceof Uint8Array ? request.body : EMPTY_BODY;
    const contentType = request.headers['content-type'];
    const caller = server.connections.callerOf(request.raw);
    const sealed = await pipeline({ method, contentType, body, caller });
    reply.code(sealed.status);
    if (sealed.body === undefined) return reply.send();
    return reply.header('content-type', sealed.contentType).send(sealed.body);
  };
}
