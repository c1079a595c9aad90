import Fastify, { type FastifyInstance } from 'fastify';
import type { Secret } from '../ports/secret.ts';
import type { Metrics } from './metrics.ts';

/** What the sandbox's gateway shows; absent when texts go to a real one. */
export interface Inbox {
  readonly behaviours: readonly string[];
  readonly behaviour: { readonly behaviour: string; readonly delayMs: number };
  behave(behaviour: string, delayMs: number): void;
  texts(count: number, to?: string): readonly InboxText[];
}

interface InboxText {
  readonly number: number;
  readonly receivedAtMs: number;
  readonly to: Secret;
  readonly text: Secret;
  readonly reference: string;
  readonly validityMs: number;
  readonly country: string | undefined;
  readonly language: string;
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
  readonly readiness: readonly ReadinessCheck[];
  readonly inbox: Inbox | undefined;
  /** What Prometheus asks for. */
  readonly metricsPage: Metrics['page'];
  /** Whether the listener is bound to loopback: then only loopback names may be asked for. */
  readonly loopback: boolean;
}

const TEXTS_MAX = 1000;
const DELAY_MAX_MS = 600_000;

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Health, readiness, metrics and the sandbox's inbox, on a port of their own that Google never sees. */
export function createOperatorServer({
  readiness,
  inbox,
  metricsPage,
  loopback,
}: OperatorRoutes): FastifyInstance {
  const server = Fastify({
    bodyLimit: 4096,
    logger: false,
    routerOptions: { querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)) },
    ajv: { customOptions: { removeAdditional: false } },
  });
  if (loopback) {
    // A web page that makes its own name resolve to this machine must not read texts in somebody's browser.
    server.addHook('onRequest', async (request, reply) => {
      if (!LOOPBACK_HOST.test(request.headers.host ?? '')) return reply.code(421).send();
    });
  }

  server.get('/health/live', async () => ({ status: 'alive' }));

  server.get('/health/ready', async (_request, reply) => {
    const checks = await Promise.all(readiness.map(look));
    const ready = checks.every(({ status }) => status === 'ok');
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  });

  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metricsPage();
    return reply.header('content-type', contentType).send(body);
  });

  if (inbox !== undefined) addInboxRoutes(server, inbox);
  return server;
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
function shown(kept: InboxText) {
  return { ...kept, to: kept.to.reveal(), text: kept.text.reveal() };
}
