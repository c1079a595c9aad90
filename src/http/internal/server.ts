import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type CalledName,
  InternalCall,
  type InternalCallParts,
  type ProvedCaller,
} from '../../methods/internal/call.ts';
import { OPENAPI_PATH, OPERATION_NAMES, operations } from '../../methods/internal/operations.ts';
import { Problem, type ProblemName, problemOf } from '../../methods/internal/problems.ts';
import { isKnownHost } from '../known-host.ts';
import { createServer, type ListenerWatch } from '../server.ts';
import type { ServerTls } from '../tls.ts';
import { type ApiAccess, createAuthenticate } from './authentication.ts';
import { CallPlaces } from './call-places.ts';
import { createOpenApi } from './openapi.ts';

export interface InternalServerParts extends InternalCallParts {
  readonly version: string;
  /** Whom the API knows now. */
  readonly access: () => ApiAccess;
  /** `undefined`: plain HTTP. */
  readonly tls: ServerTls | undefined;
  /** Names, in lower case, that it may be called by beside `localhost` and addresses where nobody has to prove anything. */
  readonly hostNames: readonly string[];
  readonly watch: ListenerWatch;
}

declare module 'fastify' {
  interface FastifyRequest {
    call: InternalCall | undefined;
    /** Set where the body has to prove who calls. */
    provedBy: ((body: Uint8Array) => ProvedCaller) | undefined;
  }
  interface FastifyContextConfig {
    readonly operation?: CalledName;
    /** What every call of it is answered. */
    readonly refusal?: { readonly problem: ProblemName; readonly detail: string; readonly allow?: string };
  }
}

/** Requests are small, and come from a few servers of the integrator, which keep their connections. */
const LIMITS = {
  connectionsMax: 256,
  bodyBytesMax: 16_384,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 7000,
  keepAliveTimeoutMs: 65_000,
};

/** Calls at work at once, and of one caller: what one of them does wrong leaves room for the others. */
const CONCURRENT_MAX = 256;
const CONCURRENT_OF_CALLER_MAX = 128;

const EMPTY_BODY = new Uint8Array(0);

/**
 * The listener of the internal API, which the integrator's own systems call. Who proved nothing is refused by the head of
 * the request, before a route is told from another; whose signature is over the body, as soon as that is there. Every
 * answer but those to what is no HTTP is JSON, and every refusal has problem details.
 */
export function createInternalServer(parts: InternalServerParts): FastifyInstance {
  const { watch, tls } = parts;
  const server = createServer(LIMITS, watch, tls);
  // In a context of its own: bodies are JSON here, and faults are told in words.
  server.register(async (api) => {
    api.decorateRequest('call', undefined);
    api.decorateRequest('provedBy', undefined);
    api.removeAllContentTypeParsers();
    // As bytes: what JSON is, is decided where it is read.
    api.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    api.setErrorHandler((error, request, reply) => refuse(api, parts, error, request, reply));
    addAuthentication(api, parts);
    addRoutes(api, parts);
  });
  return server;
}

function addAuthentication(api: FastifyInstance, { access, hostNames, ...parts }: InternalServerParts): void {
  const authenticate = createAuthenticate(parts.clock);
  api.addHook('onRequest', async (request) => {
    const { operation } = request.routeOptions.config;
    request.call = new InternalCall(parts, operation);
    const inForce = access();
    // A web page that makes its own name resolve to this machine must not call from an operator's browser.
    if (inForce.callers === undefined && !isKnownHost(request.headers.host ?? '', hostNames)) {
      throw new Problem('misdirected', 'an address is accepted, localhost, or internal.host');
    }
    const admission = authenticate(request.raw, inForce);
    if ('provedBy' in admission) request.provedBy = admission.provedBy;
    else admit(api, request, admission);
  });
  api.addHook('preHandler', async (request) => {
    if (request.provedBy) admit(api, request, request.provedBy(bodyOf(request)));
  });
}

/** Notes who calls, and refuses what he may not do or nobody can. */
function admit(api: FastifyInstance, request: FastifyRequest, admitted: ProvedCaller): void {
  const { operation, refusal } = request.routeOptions.config;
  if (request.call) request.call.caller = admitted;
  api.connections.callerOf(request.raw).prove();
  if (refusal) throw new Problem(refusal.problem, refusal.detail);
  if (operation !== undefined && operation !== 'openapi') request.call?.demand(operations[operation].scope);
}

function addRoutes(api: FastifyInstance, { version }: InternalServerParts): void {
  const places = new CallPlaces(CONCURRENT_MAX, CONCURRENT_OF_CALLER_MAX);
  for (const name of OPERATION_NAMES) {
    const { method, path } = operations[name];
    addRoute(api, method, path.replace(/\{(\w+)\}/g, ':$1'), name, async (request, reply) => {
      const call = callOf(request);
      const leave = places.enter(call.caller?.name ?? '');
      try {
        const input = method === 'GET' ? (request.params as Record<string, string>) : bodyOf(request);
        const { status, body } = await call.perform(name, input, headerOf(request));
        return status === 200 ? answer(reply, body) : refusal(reply, status, body);
      } finally {
        leave();
      }
    });
  }
  const document = createOpenApi(version);
  addRoute(api, 'GET', OPENAPI_PATH, 'openapi', async (request, reply) =>
    answer(reply, callOf(request).answer(document).body),
  );
  const unknown = { problem: 'not-found', detail: `the routes are in ${OPENAPI_PATH}` } as const;
  api.route({
    method: [...api.supportedMethods],
    url: '*',
    config: { judges: true, refusal: unknown },
    handler: refused,
  });
}

type Handle = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** A route, and the answer to other methods on it. */
function addRoute(
  api: FastifyInstance,
  method: 'GET' | 'POST',
  url: string,
  operation: CalledName,
  handler: Handle,
): void {
  api.route({ method, url, config: { judges: true, operation }, handler });
  const refusal = {
    problem: 'method-not-allowed',
    detail: `only ${method} is served here`,
    allow: method,
  } as const;
  const others = api.supportedMethods.filter((other) => other !== method);
  api.route({ method: others, url, config: { judges: true, refusal }, handler: refused });
}

/** Never gets so far: whoever is admitted to such a route is refused there. */
async function refused(): Promise<never> {
  throw new TypeError('nothing is served here');
}

function callOf({ call }: FastifyRequest): InternalCall {
  if (call === undefined) throw new TypeError('a request without a call');
  return call;
}

/** Repeated, it is a list, and no key. */
function headerOf({ headers }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key'];
  return Array.isArray(header) ? header.join(', ') : header;
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : EMPTY_BODY;
}

function answer(reply: FastifyReply, body: object): FastifyReply {
  return send(reply, 200, 'application/json', body);
}

function refusal(reply: FastifyReply, status: number, body: object): FastifyReply {
  if (status === 429 || status === 503) reply.header('retry-after', '1');
  return send(reply, status, 'application/problem+json', body);
}

function send(reply: FastifyReply, status: number, contentType: string, body: object): FastifyReply {
  // What is answered is about persons.
  reply.code(status).header('content-type', contentType).header('cache-control', 'no-store');
  return reply.send(Buffer.from(JSON.stringify(body)));
}

/** Answers what was thrown before an operation began. */
function refuse(
  api: FastifyInstance,
  parts: InternalServerParts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemIn(error);
  const { config } = request.routeOptions;
  const call = request.call ?? new InternalCall(parts, config.operation);
  const { status, body } = call.refuse(problem);
  if (config.refusal?.allow) reply.header('allow', config.refusal.allow);
  if (problem.problem === 'unauthenticated') reply.header('www-authenticate', 'Bearer, HMAC-SHA256');
  if (call.caller === undefined) {
    api.connections.callerOf(request.raw).offend();
    // What is left of a body that nobody read may be anything.
    reply.header('connection', 'close');
  }
  return refusal(reply, status, body);
}

const OF_FRAMEWORK: Readonly<Record<number, readonly [ProblemName, string]>> = {
  413: ['too-large', `at most ${LIMITS.bodyBytesMax} bytes are read`],
  415: ['unsupported-media-type', 'send Content-Type: application/json'],
};

function problemIn(error: unknown): Problem {
  if (error instanceof Problem || !(error instanceof Error)) return problemOf(error);
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status >= 500) return problemOf(error);
  const [problem, detail] =
    OF_FRAMEWORK[status] ?? (['invalid-json', 'the body did not come whole'] as const);
  return new Problem(problem, detail);
}
