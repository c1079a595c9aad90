import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DestinationStream, Logger } from 'pino';
import type { InboxGateway } from '../adapters/gateways/inbox/gateway.ts';
import { clockDoubt, momentOf } from '../domain/moment.ts';
import { type CatalogParts, createCatalog } from '../methods/catalog.ts';
import { createPipeline, type Pipeline, type PipelineParts } from '../methods/pipeline.ts';
import type { AccountDirectory } from '../ports/account-directory.ts';
import { BUDGET } from '../ports/budget.ts';
import type { Clock } from '../ports/clock.ts';
import { createDeadline } from '../ports/deadline.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { Config } from '../settings/load.ts';
import { reportEndedToLog } from '../telemetry/ended-log.ts';
import { createLog, reportToLog } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { reportRefusalsToLog } from '../telemetry/refusal-log.ts';
import { composeClosedGuard, type DataOverrides, openData } from './data.ts';
import { composeDelivery, type Delivery, type DeliveryParts, type GatewayOverrides } from './delivery.ts';
import { timesLeft } from './expiry.ts';
import { gatewayWarnings } from './gateways.ts';
import type { InternalUseCases } from './internal.ts';
import { type Addresses, composeListeners, type Listeners } from './listeners.ts';
import { type AmongNodes, composeNodes } from './nodes.ts';
import { composeOwnCalls } from './own-calls/own-calls.ts';
import { requireUsableParts } from './own-parts.ts';
import { keysOf, policyOf } from './policy.ts';
import { composeProtection, type Protection } from './protection.ts';
import { receiptsOf } from './receipts.ts';
import { composeRetention } from './retention.ts';
import { describeStart } from './start-line.ts';
import { composeTemplates } from './texts.ts';
import { type UseCases, useCasesOf } from './use-cases.ts';
import { packageVersion } from './version.ts';

/** Parts to use in place of those that the configuration names. Whoever passes one closes nothing: we do. */
export interface Overrides extends DataOverrides, GatewayOverrides {
  /** In place of those that `payload` names. */
  readonly codecs?: readonly PayloadCodec[];
  readonly logDestination?: DestinationStream;
}

export interface Application extends UseCases {
  /** Opens all listeners. Rejects if an address is taken; nothing is open then. */
  listen(): Promise<Addresses>;
  /**
   * Answers a request for a method that a `node:http` or `node:https` server of yours took, by the paths of `http.basePaths`:
   * `server.on('request', application.handle)`, or for these paths alone. Resolves when it is answered: 404 for another path.
   * Needs no `listen()`, which opens the operator's routes and those for receipts beside it. Connections, time-outs and TLS
   * are those of your server: settings of `http` about these, client certificates among them, have no effect here. Rejects
   * with a `TypeError`, and has not answered, if the body was read before.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Orderly stop: takes no new connection, finishes the running requests, then lets go of everything. Safe to
   * call twice. The log tells the reason, such as the name of a signal.
   */
  close(reason?: string): Promise<void>;
  /**
   * Puts the keys, certificates and callers of the internal API of another configuration in force, for every connection and
   * message from now on; no request is lost. [ENC-2] Throws `ConfigError` if they can't be used, and everything stays as it was, which log,
   * readiness and metrics tell; so they do of what a function throws that is to read the configuration. Other settings
   * are left alone; those that differ are named in the log.
   */
  reload(config: Config | (() => Config)): Promise<void>;
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  /** The sandbox's inbox; `undefined` where texts go to a real gateway. */
  readonly inbox: InboxGateway | undefined;
}

/**
 * Builds the application that a configuration describes: opens the store and the directory, proves that every
 * template fits, and wires the parts. Throws, with everything closed again, if one of them can't be had. Throws `TypeError`
 * before anything is opened or taken over if a part of `overrides` lacks a member.
 */
export async function compose(config: Config, overrides: Overrides = {}): Promise<Application> {
  requireUsableParts(overrides);
  const closers: (() => Promise<void>)[] = [];
  try {
    return await assemble(config, overrides, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function assemble(
  config: Config,
  overrides: Overrides,
  closers: (() => Promise<void>)[],
): Promise<Application> {
  const { logDestination: destination } = overrides;
  const log = createLog({ ...config.log, ...(destination && { destination }) });
  // Before anything is opened: a template that doesn't fit leaves nothing behind.
  const rules = { policy: policyOf(config), keys: keysOf(config), templates: composeTemplates(config) };
  const data = await openData(config, { log, keys: rules.keys }, overrides, closers);
  const { store, clock } = data;
  const clockAheadMs = () => clock.nowMs() - momentOf(clock).nowMs;
  const metrics = createMetrics(packageVersion, { clockAheadMs });
  const receipts = receiptsOf({ store, clock, digestKey: rules.keys.digestKey, log, metrics });
  closers.push(() => receipts.close());
  const delivery = await composeDelivery(config, overrides, { clock, log, receipts }, closers);
  const { gateway, feedback } = delivery;
  const protection = await composeProtection(config, { clock, log, revokedKeys: data.revokedKeys });
  closers.push(() => protection.close());
  const codecs = overrides.codecs ? byMediaType(overrides.codecs) : protection.codecs;
  closers.push(...(overrides.codecs ?? []).map((codec) => () => codec.close()));
  const logCall = reportToLog(log, clock);
  // Of this process alone: servers that share a store must not take each other's claims for their own. [OQ-8]
  const work = { ...rules, ...data, owner: data.entropy.id() };
  const pipeline = composePipeline(config, { ...work, gateway, codecs }, (call) => {
    logCall(call);
    metrics.countCall(call);
    if (call.verified) feedback.tell(call.verified.gateway, call.verified.messageId);
  });

  const told = { ...data, log, metrics };
  const rings = () => protection.inForce().rings;
  const nodes = await composeNodes(config, { ...told, nodes: data.nodes, keys: rules.keys, rings });
  closers.push(() => nodes.stop());
  const { ownCalls, stop } = composeOwnCalls(config, { ...work, log, metrics, feedback });
  closers.push(stop);
  const useCases = useCasesOf(config, { ...work, ownCalls });
  const internal = { useCases, keys: rules.keys, entropy: data.entropy, clock };
  const ways = { ...told, internal, pipeline, protection, delivery, receipts, nodes };
  const listeners = await openTo(config, ways);
  metrics.watchEnds(() => timesLeft(protection.inForce(), clock.nowMs()));
  metrics.tellReload(true, clock.nowMs());
  const retention = composeRetention(config, told);
  // Backwards: listeners first, then what works behind them.
  closers.push(
    () => retention.stop(),
    () => listeners.close(),
  );
  return applicationOf(config, { ...told, useCases, inbox: delivery.inbox, protection, listeners, closers });
}

interface Told {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Ways extends Told {
  readonly internal: InternalUseCases;
  readonly pipeline: Pipeline;
  readonly protection: Protection;
  readonly delivery: Delivery;
  readonly receipts: DeliveryParts['receipts'];
  readonly nodes: AmongNodes;
}

/** The listeners, what they serve, and whom they tell. */
function openTo(config: Config, ways: Ways) {
  const { store, directory, clock, log, metrics, internal, pipeline, protection, delivery, receipts, nodes } =
    ways;
  const { gateway, members, inbox } = delivery;
  const logRefused = reportRefusalsToLog(log, clock);
  const logEnded = reportEndedToLog(log, clock);
  return composeListeners(config, {
    pipeline,
    doors: protection.doors,
    internal,
    readiness: [
      { name: 'store', check: () => store.check() },
      {
        name: 'directory',
        check: () => directory.check(createDeadline(clock, config.requests.budgetMs)),
      },
      { name: 'gateways', check: async () => {}, warnings: () => gatewayWarnings(gateway, clock) },
      ...protection.readiness,
      ...nodes.readiness,
      composeClosedGuard({ store, metrics }),
      {
        name: 'clock',
        check: async () => {},
        warnings: () => [clockDoubt(clock)].filter((doubt) => doubt !== undefined),
      },
    ],
    inbox,
    metrics,
    gateways: members,
    receipts,
    clock,
    log,
    onRefused: (listener, status) => {
      logRefused(listener, status);
      metrics.countRefused(listener, status);
    },
    onEnded: (listener, ...what) => {
      logEnded(listener, ...what);
      metrics.countEnded(listener, what[0]);
    },
  });
}

interface Running extends Told {
  readonly useCases: UseCases;
  readonly inbox: InboxGateway | undefined;
  readonly protection: Protection;
  readonly listeners: Listeners;
  readonly closers: (() => Promise<void>)[];
}

function applicationOf(
  config: Config,
  { store, directory, clock, log, metrics, useCases, inbox, protection, listeners, closers }: Running,
): Application {
  let stopReason: string | undefined;
  return {
    store,
    directory,
    inbox,
    handle: listeners.handle,
    ...useCases,
    async listen() {
      const addresses = await listeners.open();
      log.info({ ...describeStart(config), ...addresses }, 'started');
      for (const warning of config.warnings) log.warn({ warning }, 'configuration');
      closers.unshift(async () => log.info('stopped'));
      closers.push(async () => log.info({ reason: stopReason }, 'stopping'));
      return addresses;
    },
    async reload(next) {
      const read = typeof next === 'function' ? next : () => next;
      try {
        await protection.reload(read, listeners.renew);
        metrics.tellReload(true, clock.nowMs());
      } catch (error) {
        metrics.tellReload(false, clock.nowMs());
        throw error;
      }
    },
    close(reason) {
      stopReason = reason;
      return closeAll(closers);
    },
  };
}

function composePipeline(
  config: Config,
  parts: CatalogParts & Pick<PipelineParts, 'codecs'>,
  report: PipelineParts['report'],
): Pipeline {
  const catalog = createCatalog(parts);
  const { budgetMs, concurrentMax } = config.requests;
  return createPipeline({
    ...parts,
    catalog,
    digestKey: parts.keys.digestKey,
    report,
    budgetMs,
    twinWaitMs: BUDGET.twinWaitShare * budgetMs,
    concurrentMax,
  });
}

/** Last opened, first closed; one that fails doesn't keep the others open. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
}

function byMediaType(codecs: readonly PayloadCodec[]): ReadonlyMap<string, PayloadCodec> {
  return new Map(codecs.map((codec) => [codec.mediaType, codec]));
}
