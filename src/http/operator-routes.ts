import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeptText } from '../ports/sms-gateway.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isKnownHost } from './known-host.ts';
import { createServer, type ListenerWatch } from './server.ts';

/** What the sandbox's gateway shows; absent when texts go to a real one. */
export interface Inbox {
  readonly behaviours: readonly string[];
  readonly behaviour: { readonly behaviour: string; readonly delayMs: number };
  behave(behaviour: string, delayMs: number): void;
  texts(count: number, to?: string): readonly KeptText[];
}

/** One thing that must work for the server to be ready. */
export interface ReadinessCheck {
  readonly name: string;
  /** Throws if it doesn't work. */
  readonly check: () => Promise<void>;
  /** What will keep it from working before long. */
  readonly warnings?: () => readonly string[];
}

export interface OperatorRoutes {
  readonly version: string;
  readonly readiness: readonly ReadinessCheck[];
  readonly inbox: Inbox | undefined;
  /** What Prometheus asks for. */
  readonly metricsPage: Metrics['page'];
  /** Names that the listener may be called by, in lower case, beside `localhost` and addresses. */
  readonly hostNames: readonly string[];
  /** Connections at once. */
  readonly connectionsMax: number;
  readonly watch: ListenerWatch;
}

const TEXTS_MAX = 1000;
const DELAY_MAX_MS = 600_000;

/** What operators send is small, and comes from nearby. */
const LIMITS = {
  bodyBytesMax: 4096,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 7000,
  keepAliveTimeoutMs: 65_000,
};

/**
 * Health, readiness, metrics and the sandbox's inbox, on a port of their own that Google never sees. A web page that makes
 * its own name resolve to this machine must not read in an operator's browser what stands here: beside addresses only
 * names that are known are answered. Health tells nothing that is worth it, and probes call by any name.
 */
export function createOperatorServer(routes: OperatorRoutes): FastifyInstance {
  const { watch, connectionsMax } = routes;
  const { onRefused } = watch;
  const server = createServer({ ...LIMITS, connectionsMax }, watch);
  // In a context of its own: bodies are JSON here, and faults are told in words.
  server.register(async (operator) => {
    operator.removeAllContentTypeParsers();
    operator.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      operator.getDefaultJsonParser('error', 'error'),
    );
    operator.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
      const theirs = error.statusCode !== undefined && error.statusCode < 500;
      if (!theirs) onRefused(500);
      return theirs
        ? reply.code(error.statusCode ?? 400).send({ message: error.message })
        : reply.code(500).send();
    });
    operator.addHook('onRequest', async (request, reply) => {
      const isHealth = /^\/health\//.test(request.routeOptions.url ?? '');
      if (isHealth || isKnownHost(request.headers.host ?? '', routes.hostNames)) return;
      onRefused(421);
      return reply.code(421).send({
        message: 'not called by a known name: an address is accepted, or one of operator.hostNames',
      });
    });
    addRoutes(operator, routes);
  });
  return server;
}

const LISTED = ['GET /health/live', 'GET /health/ready', 'GET /metrics'];
const LISTED_OF_INBOX = ['GET /inbox?to=+…&count=…', 'GET /inbox/behaviour', 'PUT /inbox/behaviour'];

function addRoutes(
  server: FastifyInstance,
  { readiness, inbox, metricsPage, version }: OperatorRoutes,
): void {
  const listed = [...LISTED, ...(inbox ? LISTED_OF_INBOX : [])];
  server.get('/', async () => ({ routes: listed }));
  const unknown = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.code(404).send({ message: 'no such route', routes: listed });
  // Before a body is looked at, which may be anything.
  server.route({ method: [...server.supportedMethods], url: '*', onRequest: unknown, handler: unknown });

  server.get('/health/live', async () => ({ status: 'alive', version }));

  server.get('/health/ready', async (_request, reply) => {
    const checks = await Promise.all(readiness.map(look));
    const ready = checks.every(({ status }) => status === 'ok');
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', version, checks });
  });

  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metricsPage();
    return reply.header('content-type', contentType).send(body);
  });

  if (inbox !== undefined) addInboxRoutes(server, inbox);
}

async function look({ name, check, warnings = () => [] }: ReadinessCheck) {
  try {
    await check();
    return { name, status: 'ok', ...(warnings().length > 0 && { warnings: warnings() }) };
  } catch (error) {
    return { name, status: 'failed', reason: error instanceof Error ? error.message : 'unknown' };
  }
}

function addInboxRoutes(server: FastifyInstance, inbox: Inbox): void {
  const textsQuery = {
    type: 'object',
    additionalProperties: false,
    properties: {
      to: { type: 'string', pattern: '^\\+[0-9]{1,15}$' },
      count: { type: 'integer', minimum: 1, maximum: TEXTS_MAX, default: 50 },
    },
  };
  server.get<{ Querystring: { to?: string; count: number } }>(
    '/inbox',
    { schema: { querystring: textsQuery } },
    async ({ query }) => ({ texts: inbox.texts(query.count, query.to).map(shown) }),
  );

  server.get('/inbox/behaviour', async () => inbox.behaviour);

  const behaviourBody = {
    type: 'object',
    additionalProperties: false,
    required: ['behaviour'],
    properties: {
      behaviour: { enum: inbox.behaviours },
      delayMs: { type: 'integer', minimum: 0, maximum: DELAY_MAX_MS, default: 0 },
    },
  };
  server.put<{ Body: { behaviour: string; delayMs: number } }>(
    '/inbox/behaviour',
    { schema: { body: behaviourBody } },
    async ({ body }) => {
      inbox.behave(body.behaviour, body.delayMs);
      return inbox.behaviour;
    },
  );
}

/** The one place where texts are shown in full: it is what a sandbox's inbox is for. */
function shown(kept: KeptText) {
  return { ...kept, to: kept.to.reveal(), text: kept.text.reveal() };
}
