import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallReport } from '../methods/call-report.ts';
import type { InternalReport } from '../methods/internal/call.ts';
import { WithheldError } from '../ports/unavailable.ts';
import type { ReceiptReport } from '../receipts/report.ts';
import type { ConsumptionReport } from './consumption-log.ts';
import type { EndedReason } from './ended-log.ts';

/** Counters for Prometheus. No label holds anything of a user: gateways, countries, result codes. */
export interface Metrics {
  /** Counts one call. */
  readonly countCall: (report: CallReport) => void;
  /** Counts one consumption. */
  readonly countConsumption: (report: ConsumptionReport) => void;
  /** Counts one receipt that was recorded, or not, or what came without one. */
  readonly countReceipt: (report: ReceiptReport) => void;
  /** Counts one call of the internal API. */
  readonly countInternal: (report: InternalReport) => void;
  /** Counts one request that was answered before anything looked at it. */
  readonly countRefused: (listener: string, status: number) => void;
  /** Counts one connection that was not taken, or ended. */
  readonly countEnded: (listener: string, reason: EndedReason) => void;
  /** Counts one look at which nothing was deleted, since the clock was in doubt. */
  readonly countRefusedSweep: () => void;
  /** Tells that a configuration was put in force at the start or by a reload, or that one could not be. */
  readonly tellReload: (succeeded: boolean, atMs: number) => void;
  /** Names what is asked for the days that keys and certificates have left, at each look. */
  readonly watchEnds: (timesLeft: () => readonly TimeLeft[]) => void;
  /** Names what is asked for the servers that share the store, at each look. */
  readonly watchNodes: (seen: () => { readonly count: number; readonly clockAheadMs: number }) => void;
  /** Names what is asked, at each look, whether closed accounts are withheld. Must not reject. */
  readonly watchWithheld: (isWithheld: () => Promise<boolean>) => void;
  /** All of them, in the text format of Prometheus. */
  readonly page: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Google's example levels are at 3, 5 and 7 s; our own aim is 50 ms. [OPS-1] */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 5, 7];
const DELIVERY_SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/** `clockAheadMs`: by how much the wall clock is ahead of what is confirmed; negative: behind. */
export function createMetrics(
  version: string,
  { clockAheadMs }: { readonly clockAheadMs: () => number },
): Metrics {
  const registry = new Registry();
  const help = 'By how much the clock of the machine is ahead of what is confirmed.';
  gauge(registry, 'clock_ahead_seconds', help, () => clockAheadMs() / 1000);
  collectDefaultMetrics({ register: registry });
  const counters = createCounters(registry);
  const internal = createInternalCounters(registry);
  const gauges = createGauges(registry);
  gauges.build.set({ version, node: process.version }, 1);
  let ends: () => readonly TimeLeft[] = () => [];
  return {
    countCall: (report) => countCall(counters, report),
    countConsumption: (report) => countConsumption(counters, report),
    countReceipt: (report) => countReceipt(counters, report),
    countInternal: (report) => countInternal(internal, report),
    countRefused: (listener, status) => counters.refused.inc({ listener, status }),
    countRefusedSweep: () => counters.refusedSweeps.inc(),
    countEnded: (listener, reason) => counters.ended.inc({ listener, reason }),
    tellReload(succeeded, atMs) {
      gauges.reloaded.set(Number(succeeded));
      if (succeeded) gauges.reloadedAt.set(Math.floor(atMs / 1000));
    },
    watchEnds(timesLeft) {
      ends = timesLeft;
    },
    watchNodes: (seen) => {
      gauge(registry, 'nodes', 'Servers that share the store, this one among them.', () => seen().count);
      gauge(
        registry,
        'clock_ahead_of_store_seconds',
        'By how much the clock of the machine is ahead of that of the store.',
        () => seen().clockAheadMs / 1000,
      );
    },
    watchWithheld(isWithheld) {
      const help =
        'Whether closed accounts are withheld, 503, since too many are: an operator has to confirm.';
      gauge(registry, 'closed_accounts_withheld', help, async () => Number(await isWithheld()));
    },
    async page() {
      // Those of keys that are gone must not stay.
      gauges.daysLeft.reset();
      for (const { days, ...labels } of ends()) gauges.daysLeft.set(labels, Math.round(days * 100) / 100);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** One that is asked at each look. */
function gauge(registry: Registry, name: string, help: string, ask: () => number | Promise<number>): void {
  new Gauge({
    name: `gsp_otp_${name}`,
    help,
    registers: [registry],
    async collect() {
      this.set(await ask());
    },
  });
}

interface TimeLeft {
  readonly kind: string;
  readonly purpose: string;
  readonly name: string;
  readonly days: number;
}

function createGauges(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `gsp_otp_${name}`, help, labelNames, registers: [registry] });
  return {
    build: gauge('build_info', 'Always 1; which version runs, on which Node.', ['version', 'node']),
    reloaded: gauge(
      'config_last_reload_successful',
      'Whether the last reload of the configuration succeeded.',
    ),
    reloadedAt: gauge('config_last_reload_success_timestamp_seconds', 'When one last did.'),
    daysLeft: gauge(
      'days_left',
      'Days until a key, certificate or revocation list ends; below 0, since then.',
      ['kind', 'purpose', 'name'],
    ),
  };
}

type Counters = ReturnType<typeof createCounters>;

/** Makers of what counts in that registry. */
function makersIn(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `gsp_otp_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ) => new Histogram({ name: `gsp_otp_${name}`, help, labelNames, buckets, registers });
  return { counter, histogram };
}

function createInternalCounters(registry: Registry) {
  const { counter, histogram } = makersIn(registry);
  return {
    calls: counter(
      'internal_calls_total',
      'Calls of the internal API answered, by the name of the caller; it is empty where nobody proved to be one.',
      ['caller', 'operation', 'status', 'result'],
    ),
    seconds: histogram(
      'internal_call_seconds',
      'From the head of a call of the internal API to its answer.',
      ['operation'],
      CALL_SECONDS,
    ),
  };
}
const REFUSED = [
  'refused_requests_total',
  'Requests answered by the listener itself, without a body.',
  ['listener', 'status'] as const,
] as const;

const CONSUMPTIONS = [
  'consumptions_total',
  'Codes that were used for calls served elsewhere.',
  ['purpose', 'result', 'replayed'] as const,
] as const;

function createCounters(registry: Registry) {
  const { counter, histogram } = makersIn(registry);
  const destination = ['gateway', 'country'] as const;
  return {
    calls: counter('calls_total', 'Calls answered.', ['method', 'status', 'result', 'replayed']),
    refused: counter(...REFUSED),
    ended: counter('connections_ended_total', 'Connections not taken, or ended for what came on them.', [
      'listener',
      'reason',
    ]),
    callSeconds: histogram(
      'call_seconds',
      'From the first check to the sealed answer.',
      ['method'],
      CALL_SECONDS,
    ),
    consumptions: counter(...CONSUMPTIONS),
    texts: counter('texts_total', 'Texts handed to a gateway, by what it said.', [
      ...destination,
      'outcome',
      'reason',
    ]),
    receipts: counter('receipts_total', 'Texts that a gateway reported on.', [...destination, 'state']),
    strayReceipts: counter(
      'stray_receipts_total',
      'Receipts and calls of gateways that recorded nothing, by what was wrong with them.',
      ['gateway', 'kind'],
    ),
    deliverySeconds: histogram(
      'delivery_seconds',
      'From the hand-over of a text to the receipt that says that it was delivered.',
      destination,
      DELIVERY_SECONDS,
    ),
    refusedSweeps: counter('refused_sweeps_total', 'Times nothing was deleted: the clock was in doubt.', []),
    verified: counter('texts_verified_total', 'Texts whose code was typed.', destination),
    unknownContexts: counter(
      'unknown_contexts_total',
      'Calls of sendOtp with an otpContext that this version does not know, served as if there were none.',
      [],
    ),
    ...guardCounters(counter),
  };
}

function guardCounters(counter: ReturnType<typeof makersIn>['counter']) {
  return {
    withheld: counter(
      'closed_accounts_withheld_total',
      'Calls of sendOtp answered 503 because too many accounts are closed.',
      [],
    ),
    guarded: counter(
      'money_guard_total',
      'Texts that the money guard refused, would have refused, or let go to numbers that verified before.',
      ['reason', 'mode'],
    ),
  };
}

function countCall(counters: Counters, report: CallReport): void {
  const { method, status, result = '', replayed, delivery, country = '', verified, guard } = report;
  counters.calls.inc({ method, status, result, replayed: String(replayed) });
  // Those that nothing looked at took no time, and would make the others look quick.
  if (report.durationMs > 0) counters.callSeconds.observe({ method }, report.durationMs / 1000);
  if (delivery !== undefined) {
    const refusal = delivery.kind === 'refused' ? delivery.reason : '';
    counters.texts.inc({ gateway: delivery.gateway, country, outcome: delivery.kind, reason: refusal });
  }
  if (verified !== undefined) countVerified(counters, verified);
  if (report.unknownContext) counters.unknownContexts.inc();
  if (report.cause instanceof WithheldError) counters.withheld.inc();
  if (guard !== undefined) counters.guarded.inc({ reason: guard.budget, mode: guard.mode });
}

function countInternal(
  counters: ReturnType<typeof createInternalCounters>,
  { caller, operation: called, status, result = '', durationMs }: InternalReport,
): void {
  const operation = called ?? '';
  counters.calls.inc({ caller: caller?.name ?? '', operation, status, result });
  // What was denied took no time, and would make the others look quick.
  if (caller !== undefined) counters.seconds.observe({ operation }, durationMs / 1000);
}

function countConsumption(
  counters: Counters,
  { purpose, result, isReplay, verified }: ConsumptionReport,
): void {
  counters.consumptions.inc({ purpose, result, replayed: String(isReplay) });
  if (verified !== undefined) countVerified(counters, verified);
}

function countVerified(
  counters: Counters,
  { gateway, country = '' }: NonNullable<ConsumptionReport['verified']>,
): void {
  counters.verified.inc({ gateway, country });
}

function countReceipt(
  counters: Counters,
  { gateway, outcome, receipt, country = '', sinceSubmittedMs = 0 }: ReceiptReport,
): void {
  if (outcome !== 'recorded' || receipt === undefined) {
    counters.strayReceipts.inc({ gateway, kind: outcome });
    return;
  }
  counters.receipts.inc({ gateway, country, state: receipt.state });
  if (receipt.state === 'delivered') {
    counters.deliverySeconds.observe({ gateway, country }, sinceSubmittedMs / 1000);
  }
}
