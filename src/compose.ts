import { createSecretKey } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { openSqliteDirectory } from './adapters/directory/sqlite-directory.ts';
import { createFeedback } from './adapters/sms/feedback.ts';
import { INBOX_BEHAVIOURS, type InboxBehaviour, InboxGateway } from './adapters/sms/inbox.ts';
import { openSqliteOtpStore } from './adapters/storage/otp-store.ts';
import { startRetention } from './adapters/storage/retention.ts';
import { createSystemClock } from './adapters/system/system-clock.ts';
import { createSystemEntropy } from './adapters/system/system-entropy.ts';
import { directoryFileOf } from './compose-accounts.ts';
import { composeGateways, gatewayWarnings } from './compose-gateway.ts';
import { composeProtection } from './compose-protection.ts';
import { composeReceipts } from './compose-receipts.ts';
import { otpStoreFileOf } from './compose-store.ts';
import { composeTemplates } from './compose-templates.ts';
import type { Config } from './config.ts';
import { createDeadline } from './domain/deadline.ts';
import type { OtpKeys } from './domain/otp-keys.ts';
import type { OtpPolicy } from './domain/otp-policy.ts';
import { recordReceipt } from './domain/record-receipt.ts';
import { addMethodRoutes } from './http/method-routes.ts';
import { createMetrics } from './http/metrics.ts';
import { createOperatorServer, type Inbox } from './http/operator-routes.ts';
import { createServer, openListener, replaceTls } from './http/server.ts';
import { createLog, reportToLog } from './http/telemetry.ts';
import { createCatalog } from './methods/catalog.ts';
import { createPipeline } from './methods/pipeline.ts';
import type { AccountDirectory } from './ports/account-directory.ts';
import type { Clock } from './ports/clock.ts';
import type { ReceiptSink } from './ports/delivery-receipt.ts';
import type { Entropy } from './ports/entropy.ts';
import type { OtpStore } from './ports/otp-store.ts';
import type { PayloadCodec } from './ports/payload-codec.ts';
import type { SmsGateway } from './ports/sms-gateway.ts';

/** Parts to use in place of those that the configuration names. Whoever passes one closes nothing: we do. */
export interface Overrides {
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  readonly directory?: AccountDirectory;
  readonly store?: OtpStore;
  readonly gateway?: SmsGateway;
  /** In place of those that `payload` names. */
  readonly codecs?: readonly PayloadCodec[];
  readonly logDestination?: DestinationStream;
}

export interface Application {
  /** Opens all listeners. Rejects if an address is taken; nothing is open then. */
  listen(): Promise<Addresses>;
  /**
   * Orderly stop: takes no new connection, finishes the running requests, then lets go of everything. Safe to
   * call twice.
   */
  close(): Promise<void>;
  /**
   * Puts the keys and certificates of another configuration in force, for every connection and message from now on;
   * no request is lost. [ENC-2] Throws `ConfigError` if they can't be used, and everything stays as it was. Other
   * settings are left alone; those that differ are named in the log.
   */
  reload(config: Config): Promise<void>;
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  /** The sandbox's inbox; `undefined` where texts go to a real gateway. */
  readonly inbox: InboxGateway | undefined;
}

/** Where the application answers, such as `http://127.0.0.1:8080`. */
export interface Addresses {
  readonly methods: string;
  readonly operator: string;
  /** Where gateways bring receipts; `undefined`: nowhere. */
  readonly receipts?: string | undefined;
}

/**
 * Builds the application that a configuration describes: opens the store and the directory, proves that every
 * template fits, and wires the parts. Throws, with everything closed again, if one of them can't be had.
 */
export async function compose(config: Config, overrides: Overrides = {}): Promise<Application> {
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
  const log = createLog({
    ...config.log,
    ...(overrides.logDestination && { destination: overrides.logDestination }),
  });
  const policy = policyOf(config);
  const keys = keysOf(config);
  const templates = composeTemplates(config);

  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  const { store, notBeforeMs } = openStore(config, overrides);
  closers.push(() => store.close());
  const clock = overrides.clock ?? createSystemClock(notBeforeMs);
  const directory = overrides.directory ?? openSqliteDirectory(directoryFileOf(config));
  closers.push(() => directory.close());
  const entropy = overrides.entropy ?? createSystemEntropy();
  const metrics = createMetrics();
  const takeReceipt: ReceiptSink = async (receipt) => {
    const record = await recordReceipt(receipt, { store, clock });
    metrics.countReceipt(receipt, record);
    return record.kind;
  };
  const { gateway, members } = overrides.gateway
    ? { gateway: overrides.gateway, members: [overrides.gateway] }
    : await composeGateways(config.sms.gateway, clock, { listener: config.receipts, onReceipt: takeReceipt });
  closers.push(() => gateway.close());
  const inbox = overrides.gateway === undefined && gateway instanceof InboxGateway ? gateway : undefined;

  const feedback = createFeedback({
    gateways: members,
    clock,
    onFailure: (name, error) => log.warn({ gateway: name, err: error }, 'feedback'),
  });
  closers.push(() => feedback.close());
  const logCall = reportToLog(log);

  const protection = await composeProtection(config, clock, log);
  closers.push(() => protection.close());
  closers.push(...(overrides.codecs ?? []).map((codec) => () => codec.close()));

  // The embedded store has one server at a time, so whatever an earlier one claimed is free. [OQ-28]
  const owner = 'embedded';
  const parts = { store, directory, gateway, clock, entropy, policy, keys, templates, owner };
  const { budgetMs, twinWaitMs, concurrentMax } = config.requests;
  const pipeline = createPipeline({
    catalog: createCatalog(parts),
    codecs: overrides.codecs ? byMediaType(overrides.codecs) : protection.codecs,
    store,
    clock,
    entropy,
    digestKey: keys.digestKey,
    report(call) {
      logCall(call);
      metrics.countCall(call);
      if (call.verified) feedback.tell(call.verified.gateway, call.verified.messageId);
    },
    budgetMs,
    twinWaitMs,
    concurrentMax,
  });

  const server = createServer(config.http, protection.tls);
  const { basePaths, methods } = config.http;
  addMethodRoutes(server, { basePaths, enabledMethods: new Set(methods), pipeline });
  const readiness = [
    { name: 'store', check: () => store.check() },
    { name: 'directory', check: () => directory.check(createDeadline(clock, budgetMs)) },
    { name: 'gateways', check: async () => {}, warnings: () => gatewayWarnings(gateway, clock) },
    protection.readiness,
  ];
  const operator = createOperatorServer({
    readiness,
    inbox: inbox && inboxRoutes(inbox),
    metricsPage: metrics.page,
    loopback: isLoopback(config.operator.host),
  });
  const receipts = composeReceipts(config.receipts, { gateways: members, sink: takeReceipt, clock, log });
  const { requestsMs: retentionMs, sweepRowsMax: rowsMax, sweepIntervalMs: intervalMs } = config.retention;
  const onFailure = (error: unknown) => log.error({ err: error }, 'retention');
  const retention = startRetention({ store, clock, retentionMs, rowsMax, intervalMs, onFailure });
  // Backwards: listeners first, then what works behind them.
  closers.push(
    () => retention.stop(),
    () => operator.close(),
    async () => receipts?.close(),
    () => server.close(),
  );

  return {
    store,
    directory,
    inbox,
    async listen() {
      const methodsAt = await openListener(server, config.http);
      try {
        const operatorAt = await operator.listen({ ...config.operator });
        const receiptsAt = receipts && config.receipts && (await openListener(receipts, config.receipts));
        return { methods: methodsAt, operator: operatorAt, receipts: receiptsAt };
      } catch (error) {
        await Promise.all([server.close(), operator.close()]);
        throw error;
      }
    },
    reload: (next) => protection.reload(next, (tls) => replaceTls(server, tls)),
    close: () => closeAll(closers),
  };
}

/** Last opened, first closed; one that fails doesn't keep the others open. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
}

function policyOf(config: Config): OtpPolicy {
  const { codes, quotas, phoneNumbers, requests, sms } = config;
  const { sendsPerCountry = {}, sendsGlobal, ...limits } = quotas;
  return {
    ...limits,
    codeLength: codes.length,
    validityMs: codes.validityMs,
    attemptsMax: codes.attemptsMax,
    sendsPerCountry: (country = '') => sendsPerCountry[country] ?? sendsPerCountry['default'],
    sendsGlobal,
    moneyGuard: moneyGuardOf(config.moneyGuard),
    allowedCountries: new Set(phoneNumbers.allowedCountries),
    refuseImplausible: phoneNumbers.refuseImplausible,
    acceptBothIdentifiers: requests.acceptBothIdentifiers,
    retryUnsent: requests.retryUnsent,
    resendUnknown: sms.resendUnknown,
    leaseMs: requests.leaseMs,
  };
}

function moneyGuardOf({ mode, countryMax = {}, ...budgets }: Config['moneyGuard']): OtpPolicy['moneyGuard'] {
  if (mode === 'off') return undefined;
  return {
    ...budgets,
    enforced: mode === 'enforce',
    countryMax: (country = '') => countryMax[country] ?? countryMax['default'],
  };
}

function keysOf({ codes, digests }: Config): OtpKeys {
  const [active] = codes.secrets;
  if (active === undefined) throw new TypeError('codes.secrets is empty');
  return {
    codeSecrets: new Map(
      codes.secrets.map(({ id, secret }) => [id, createSecretKey(secret.reveal(), 'utf8')]),
    ),
    activeCodeSecretId: active.id,
    digestKey: createSecretKey(digests.secret.reveal(), 'utf8'),
  };
}

function openStore(
  config: Config,
  { store }: Overrides,
): { readonly store: OtpStore; readonly notBeforeMs: number } {
  if (store !== undefined) return { store, notBeforeMs: 0 };
  const opened = openSqliteOtpStore(otpStoreFileOf(config));
  return { store: opened, notBeforeMs: opened.newestMomentMs };
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

function byMediaType(codecs: readonly PayloadCodec[]): ReadonlyMap<string, PayloadCodec> {
  return new Map(codecs.map((codec) => [codec.mediaType, codec]));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
