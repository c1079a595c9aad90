import type { Logger } from 'pino';
import { addReceiptRoutes } from '../http/receipt-routes.ts';
import { createServer, type ListenerWatch } from '../http/server.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';
import { Receipts } from '../receipts/take.ts';
import type { Config } from '../settings/load.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { reportReceiptsToLog } from '../telemetry/receipt-log.ts';

/** Gateways send a few hundred bytes; some send a hundred receipts at once, over a few connections that they keep. */
const LIMITS = {
  connectionsMax: 512,
  bodyBytesMax: 65_536,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 7000,
  keepAliveTimeoutMs: 65_000,
};

/** Receipts recorded at once, half of them from connections on which none was proved yet: each waits for one commit. */
const CONCURRENT_MAX = 256;

export interface ReceiptParts {
  readonly gateways: readonly SmsGateway[];
  readonly receipts: Receipts;
  readonly watch: ListenerWatch;
}

/** The listener that gateways call with receipts, not yet open; `undefined` where there is none. */
export function composeReceipts(
  settings: Config['receipts'],
  { gateways, receipts, watch }: ReceiptParts,
): ReturnType<typeof createServer> | undefined {
  if (settings === undefined) return undefined;
  const server = createServer(LIMITS, watch);
  const readers = new Map(
    gateways.flatMap(({ name, readReceipts }) => (readReceipts ? [[name, readReceipts] as const] : [])),
  );
  const { path, publicUrl } = settings;
  addReceiptRoutes(server, {
    path,
    publicUrl,
    concurrentMax: CONCURRENT_MAX,
    readers,
    receipts,
    onRefused: watch.onRefused,
  });
  return server;
}

interface ReceiptTellers extends Omit<ConstructorParameters<typeof Receipts>[0], 'report'> {
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Where the receipts of all gateways go, over HTTP or over a session: the record, the log and the counters. */
export function receiptsOf({ log, metrics, ...parts }: ReceiptTellers): Receipts {
  const logReceipt = reportReceiptsToLog(log, parts.clock);
  return new Receipts({
    ...parts,
    report: (report) => {
      logReceipt(report);
      metrics.countReceipt(report);
    },
  });
}
