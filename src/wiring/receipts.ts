import type { KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import { addReceiptRoutes } from '../http/receipt-routes.ts';
import { createServer, type ListenerWatch } from '../http/server.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReceiptSink } from '../ports/delivery-receipt.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { createReceiptRecorder, type ReceiptRecorder } from '../receipts/record.ts';
import type { ReceiptReport } from '../receipts/report.ts';
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
  readonly sink: ReceiptSink;
  readonly report: (report: ReceiptReport) => void;
  readonly watch: ListenerWatch;
}

/** The listener that gateways call with receipts, not yet open; `undefined` where there is none. */
export function composeReceipts(
  settings: Config['receipts'],
  { gateways, sink, report, watch }: ReceiptParts,
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
    sink,
    report,
    onRefused: watch.onRefused,
  });
  return server;
}

export interface ComposedRecorder extends ReceiptRecorder {
  /** Tells log and counters of what came without a receipt. */
  readonly report: (report: ReceiptReport) => void;
}

/** Where the receipts of all gateways go, over HTTP or over a session: the record, the log and the counters. */
export function composeRecorder({
  store,
  clock,
  digestKey,
  log,
  metrics,
}: {
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly digestKey: KeyObject;
  readonly log: Logger;
  readonly metrics: Metrics;
}): ComposedRecorder {
  const logReceipt = reportReceiptsToLog(log, clock);
  const report = (news: ReceiptReport) => {
    logReceipt(news);
    metrics.countReceipt(news);
  };
  const recorder = createReceiptRecorder({
    store,
    clock,
    digestKey,
    report: (receipt, came) => {
      const { gateway } = receipt;
      if (came instanceof Error) {
        const outcome = came instanceof UnavailableError ? 'unavailable' : 'bug';
        report({ gateway, outcome, receipt, cause: came });
      } else {
        const { kind: outcome, ...more } = came;
        report({ gateway, outcome, receipt, ...more });
      }
    },
  });
  return { ...recorder, report };
}
