import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { reportReceiptsToLog } from './http/receipt-log.ts';
import { addReceiptRoutes } from './http/receipt-routes.ts';
import { createServer, type ListenerWatch } from './http/server.ts';
import type { Clock } from './ports/clock.ts';
import type { ReceiptSink } from './ports/delivery-receipt.ts';
import type { SmsGateway } from './ports/sms-gateway.ts';

/** Gateways send a few hundred bytes; some send a hundred reports at once. */
const LIMITS = {
  bodyBytesMax: 65_536,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 7000,
  keepAliveTimeoutMs: 65_000,
};

export interface ReceiptParts {
  readonly gateways: readonly SmsGateway[];
  readonly sink: ReceiptSink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly watch: ListenerWatch;
}

/** The listener that gateways call with receipts, not yet open; `undefined` where there is none. */
export function composeReceipts(
  settings: Config['receipts'],
  { gateways, sink, clock, log, watch }: ReceiptParts,
): ReturnType<typeof createServer> | undefined {
  if (settings === undefined) return undefined;
  const server = createServer({ ...LIMITS, connectionsMax: settings.connectionsMax }, watch);
  const readers = new Map(
    gateways.flatMap(({ name, readReceipts }) => (readReceipts ? [[name, readReceipts] as const] : [])),
  );
  const { path, publicUrl, concurrentMax } = settings;
  addReceiptRoutes(server, {
    path,
    publicUrl,
    concurrentMax,
    readers,
    sink,
    report: reportReceiptsToLog(log, clock),
    onRefused: watch.onRefused,
  });
  return server;
}
