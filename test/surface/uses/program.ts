/* A process of one's own that runs the server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Addresses,
  type Application,
  type Clock,
  type CodesOf,
  type Config,
  ConfigError,
  type ConfigFault,
  type ConfigSources,
  compose,
  type Data,
  type DataOverrides,
  type Entropy,
  type ErasedPerson,
  type ExplainedChallenge,
  type ExplainedRequest,
  type GatewayOverrides,
  type InboxBehaviour,
  type InboxGateway,
  type KeptText,
  loadConfig,
  type Origin,
  type OtpStore,
  type Overrides,
  type PersonAccount,
  type PersonOf,
  type PersonRecords,
  type RequestSearch,
  type TimelineEntry,
  type UseCases,
} from 'gsp-otp';
import { account, codec, Directory, gatewayOf } from './adapters.ts';

/** A process of one's own: configuration, parts, start, calls and stop. */
export async function run(clock: Clock, entropy: Entropy, store: OtpStore): Promise<void> {
  const sources: ConfigSources = { env: process.env, overrides: { 'http.port': 0 }, flags: {} };
  const config: Config = loadConfig(sources);
  const directory = new Directory(new Map([['maria', account]]));
  const data: Data = { store, directory, clock, entropy };
  const parts: DataOverrides = { ...data, newStore: true };
  const gateways: GatewayOverrides = { gateways: [gatewayOf(async () => 'yes')] };
  const overrides: Overrides = { ...parts, ...gateways, codecs: [codec], logDestination: process.stderr };
  const application: Application = await compose(config, overrides);
  const { methods, operator, receipts, internal }: Addresses = await application.listen();
  clock.follow?.(Date.now(), 1);
  clock.reach?.(clock.sharedMs?.() ?? 0);
  const inbox: InboxGateway | undefined = application.inbox;
  const behaviour: InboxBehaviour = 'late';
  inbox?.behave(behaviour, 100);
  const texts: readonly KeptText[] = inbox?.texts(1) ?? [];
  const codes: CodesOf = { accountId: 'account-17' };
  const ended: number = await application.endCodes(codes);
  await application.reload(() => loadConfig(sources));
  await application.close(`${methods} ${operator} ${receipts} ${internal} ${texts.length} ${ended}`);
}

/** What its own systems ask for. */
export async function support(application: Application): Promise<readonly TimelineEntry[]> {
  const useCases: UseCases = application;
  const search: RequestSearch = { key: 'phoneNumber', value: '+12025550101' };
  const found: readonly ExplainedRequest[] = await useCases.findRequests(search);
  const challenge: ExplainedChallenge | undefined = found[0]?.challenge;
  const [request] = await useCases.explainRequest(found[0]?.requestId ?? '');
  return challenge?.state === 'sent' ? [] : (request?.timeline ?? []);
}

/** What a data protection officer asks for. */
export async function forget(application: Application, of: PersonOf): Promise<string> {
  const records: PersonRecords = await application.exportPerson(of);
  const [account]: readonly PersonAccount[] = records.accounts;
  const { endedCodes, requests, staysUntilMs }: ErasedPerson = await application.erasePerson(of);
  await application.confirmClosed(1);
  return `${account?.phoneNumber} ${records.isComplete} ${endedCodes} ${requests} ${staysUntilMs ?? 0}`;
}

export function mount(
  application: Application,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return application.handle(request, response);
}

export function whatIsWrong(error: unknown): readonly string[] {
  if (!(error instanceof ConfigError)) return [];
  return error.faults.map(({ path, reason, accepted, nearest, origin }: ConfigFault) => {
    const from: Origin = origin;
    const place = from.kind === 'file' ? `${from.file}:${from.line}` : from.kind;
    return `${path} ${reason}, ${accepted}, ${nearest} ${place}`;
  });
}
