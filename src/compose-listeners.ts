import type { Logger } from 'pino';
import { INBOX_BEHAVIOURS, type InboxBehaviour, type InboxGateway } from './adapters/sms/inbox.ts';
import { composeReceipts } from './compose-receipts.ts';
import type { Config } from './config.ts';
import { addMethodRoutes } from './http/method-routes.ts';
import {
  createOperatorServer,
  type Inbox,
  type OperatorRoutes,
  type ReadinessCheck,
} from './http/operator-routes.ts';
import { createServer, openListener, replaceTls } from './http/server.ts';
import type { ServerTls } from './http/tls.ts';
import type { Pipeline } from './methods/pipeline.ts';
import type { Clock } from './ports/clock.ts';
import type { ReceiptSink } from './ports/delivery-receipt.ts';
import type { SmsGateway } from './ports/sms-gateway.ts';

/** Where the application answers, such as `http://127.0.0.1:8080`. */
export interface Addresses {
  readonly methods: string;
  readonly operator: string;
  /** Where gateways bring receipts; `undefined`: nowhere. */
  readonly receipts?: string | undefined;
}

export interface Listeners {
  /** Opens all of them. Rejects if an address is taken; nothing is open then. */
  open(): Promise<Addresses>;
  /** Puts other certificates in force where methods are served. */
  replaceTls(tls: ServerTls): void;
  /** Takes no new connection; resolves when the running requests are answered. Safe to call twice. */
  close(): Promise<void>;
}

export interface ListenerParts {
  readonly pipeline: Pipeline;
  /** `undefined`: methods are served without TLS. */
  readonly tls: ServerTls | undefined;
  readonly readiness: readonly ReadinessCheck[];
  /** `undefined`: texts go to real phones. */
  readonly inbox: InboxGateway | undefined;
  readonly metricsPage: OperatorRoutes['metricsPage'];
  readonly gateways: readonly SmsGateway[];
  readonly takeReceipt: ReceiptSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of each request that a listener answers by itself. */
  readonly onRefused: (listener: 'methods' | 'operator' | 'receipts', status: number) => void;
}

/** Probes, a scraper or two, and somebody with a browser. */
const OPERATOR_CONNECTIONS_MAX = 256;

/** One for Google, one for operators, and one for gateways if the settings have it. None is open yet. */
export function composeListeners(config: Config, parts: ListenerParts): Listeners {
  const { basePaths, methods } = config.http;
  const onRefused = (status: number) => parts.onRefused('methods', status);
  const server = createServer(config.http, onRefused, parts.tls);
  const enabledMethods = new Set(methods);
  addMethodRoutes(server, { basePaths, enabledMethods, pipeline: parts.pipeline, onRefused });
  const operator = createOperatorServer({
    readiness: parts.readiness,
    inbox: parts.inbox && inboxRoutes(parts.inbox),
    metricsPage: parts.metricsPage,
    hostNames: [config.operator.host, ...config.operator.hostNames].map((name) => name.toLowerCase()),
    connectionsMax: OPERATOR_CONNECTIONS_MAX,
    onRefused: (status) => parts.onRefused('operator', status),
  });
  const receipts = composeReceipts(config.receipts, {
    ...parts,
    sink: parts.takeReceipt,
    onRefused: (status) => parts.onRefused('receipts', status),
  });
  const close = async () => {
    await Promise.all([server.close(), operator.close(), receipts?.close()]);
  };
  return {
    async open() {
      const methodsAt = await openListener(server, config.http);
      try {
        const operatorAt = await openListener(operator, config.operator);
        const receiptsAt = receipts && config.receipts && (await openListener(receipts, config.receipts));
        return { methods: methodsAt, operator: operatorAt, receipts: receiptsAt };
      } catch (error) {
        await close();
        throw error;
      }
    },
    replaceTls: (tls) => replaceTls(server, tls),
    close,
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
