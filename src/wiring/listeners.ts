import type { Logger } from 'pino';
import {
  INBOX_BEHAVIOURS,
  type InboxBehaviour,
  type InboxGateway,
} from '../adapters/gateways/inbox/gateway.ts';
import { descriptorLimit } from '../http/descriptors.ts';
import { createHandler, type Handler } from '../http/handler.ts';
import { addMethodRoutes } from '../http/method-routes.ts';
import { createOperatorServer, type Inbox, type ReadinessCheck } from '../http/operator-routes.ts';
import { createServer, type ListenerWatch, openListener, replaceTls } from '../http/server.ts';
import type { Pipeline } from '../methods/pipeline.ts';
import type { Clock } from '../ports/clock.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';
import type { Receipts } from '../receipts/take.ts';
import type { Config } from '../settings/load.ts';
import type { OnEnded } from '../telemetry/ended-log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { composeInternal, type InternalUseCases } from './internal.ts';
import type { Doors } from './protection.ts';
import { composeReceipts } from './receipts.ts';
import { packageVersion } from './version.ts';

/** Where the application answers, such as `http://127.0.0.1:8080`. */
export interface Addresses {
  readonly methods: string;
  readonly operator: string;
  /** Where gateways bring receipts; `undefined`: nowhere. */
  readonly receipts?: string | undefined;
  /** Where the integrator's own systems call, without a path; `undefined`: nowhere. */
  readonly internal?: string | undefined;
}

export interface Listeners {
  /** Opens all of them. Rejects if an address is taken; nothing is open then. */
  open(): Promise<Addresses>;
  /** Serves a request for a method that another server took. */
  readonly handle: Handler['handle'];
  /** Puts other certificates in force, and lets others in. */
  readonly renew: (doors: Doors) => void;
  /** Takes no new connection; resolves when the running requests are answered. Safe to call twice. */
  close(): Promise<void>;
}

export interface ListenerParts {
  readonly pipeline: Pipeline;
  readonly doors: Doors;
  /** What the internal API does. */
  readonly internal: InternalUseCases;
  readonly readiness: readonly ReadinessCheck[];
  /** `undefined`: texts go to real phones. */
  readonly inbox: InboxGateway | undefined;
  readonly metrics: Metrics;
  readonly gateways: readonly SmsGateway[];
  readonly receipts: Receipts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of each request that a listener answers by itself. */
  readonly onRefused: (listener: ListenerName, status: number) => void;
  /** Told of each connection that was not taken, or ended. */
  readonly onEnded: (listener: ListenerName, ...what: Parameters<OnEnded>) => void;
}

type ListenerName = 'methods' | 'operator' | 'receipts' | 'internal';

/** Probes, a scraper or two, and somebody with a browser. */
const OPERATOR_CONNECTIONS_MAX = 256;

/** Heads of requests are small and come at once; it also bounds the TLS handshake. */
const HEADERS_TIMEOUT_MS = 5000;

/** One for Google, one for operators, and those for gateways and the integrator that the settings have. None is open yet. */
export async function composeListeners(config: Config, parts: ListenerParts): Promise<Listeners> {
  const { basePaths, methods } = config.http;
  const watch = watchOf('methods', parts);
  const { onRefused } = watch;
  const connectionsMax = connectionsFor(config.http.connectionsMax, parts.log);
  const headersTimeoutMs = Math.min(HEADERS_TIMEOUT_MS, config.http.requestTimeoutMs);
  const server = createServer({ ...config.http, headersTimeoutMs, connectionsMax }, watch, parts.doors.tls);
  const enabledMethods = new Set(methods);
  const routes = { basePaths, enabledMethods, pipeline: parts.pipeline, onRefused };
  addMethodRoutes(server, routes);
  const handler = createHandler({ ...routes, bodyBytesMax: config.http.bodyBytesMax, clock: parts.clock });
  const operator = composeOperator(config, parts);
  const receipts = composeReceipts(config.receipts, {
    gateways: parts.gateways,
    receipts: parts.receipts,
    watch: watchOf('receipts', parts),
  });
  const internal = await composeInternal(config, parts, watchOf('internal', parts));
  const close = async () => {
    const all = [server, operator, receipts, internal?.server, handler];
    await Promise.all(all.map((one) => one?.close()));
  };
  return {
    async open() {
      const methodsAt = await openListener(server, config.http);
      try {
        const operatorAt = await openListener(operator, config.operator);
        const receiptsAt = receipts && config.receipts && (await openListener(receipts, config.receipts));
        const internalAt =
          internal && config.internal && (await openListener(internal.server, config.internal));
        return { methods: methodsAt, operator: operatorAt, receipts: receiptsAt, internal: internalAt };
      } catch (error) {
        await close();
        throw error;
      }
    },
    handle: handler.handle,
    renew(doors) {
      if (doors.tls) replaceTls(server, doors.tls);
      if (doors.internal) internal?.renew(doors.internal);
    },
    close,
  };
}

/** The listener of operators, not yet open. */
function composeOperator({ operator: { host, hostNames } }: Config, parts: ListenerParts) {
  return createOperatorServer({
    version: packageVersion,
    readiness: parts.readiness,
    inbox: parts.inbox && inboxRoutes(parts.inbox),
    metricsPage: parts.metrics.page,
    hostNames: [host, ...hostNames].map((name) => name.toLowerCase()),
    connectionsMax: OPERATOR_CONNECTIONS_MAX,
    watch: watchOf('operator', parts),
  });
}

/** Of the files that the process may open, so many are for connections of the methods. */
const DESCRIPTORS_SHARE = 0.75;

/** Where more connections are allowed than files can be opened, the system would close them without a word. */
function connectionsFor(wanted: number, log: Logger): number {
  const limit = descriptorLimit();
  if (limit === undefined || wanted <= DESCRIPTORS_SHARE * limit) return wanted;
  const connectionsMax = Math.ceil(DESCRIPTORS_SHARE * limit);
  log.warn({ wanted, connectionsMax, openFilesMax: limit }, 'http.connectionsMax is bounded by open files');
  return connectionsMax;
}

function watchOf(name: ListenerName, { clock, onRefused, onEnded }: ListenerParts): ListenerWatch {
  return {
    clock,
    onRefused: (status) => onRefused(name, status),
    onEnded: (...what) => onEnded(name, ...what),
  };
}

function inboxRoutes(inbox: InboxGateway): Inbox {
  return {
    behaviours: INBOX_BEHAVIOURS,
    get behaviour() {
      return inbox.behaviour;
    },
    behave: (behaviour, delayMs) => inbox.behave(behaviour as InboxBehaviour, delayMs),
    texts: (count, to) => inbox.texts(count, to),
  };
}
