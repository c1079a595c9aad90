import type { Logger } from 'pino';
import { placeOf } from '../config/places.ts';
import { type ApiAccess, type ApiCaller, digestOf } from '../http/internal/authentication.ts';
import { type createServer, type ListenerWatch, replaceTls } from '../http/server.ts';
import type { ServerTls } from '../http/tls.ts';
import type { PerformerParts } from '../methods/internal/perform.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Config } from '../settings/load.ts';
import { reportInternalToLog } from '../telemetry/internal-log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { clientNameOf, composeTls } from './tls.ts';
import { packageVersion } from './version.ts';

type InternalSettings = NonNullable<Config['internal']>;

/** Whom the listener of the internal API lets in, and how it is served. */
export interface InternalDoor {
  readonly tls: ServerTls | undefined;
  readonly access: ApiAccess;
}

/**
 * As the settings describe it; `undefined` where there is no such listener. Throws `ConfigError` if a certificate can't be
 * used, or a caller's certificate is nobody's. `before`: what it replaces; its TLS stays where that is the same.
 */
export function composeInternalDoor(
  settings: Config['internal'],
  clock: Pick<Clock, 'nowMs'>,
  before?: { readonly door: InternalDoor | undefined; readonly isTlsSame: boolean },
): InternalDoor | undefined {
  if (settings === undefined) return undefined;
  const tls = before?.isTlsSame ? before.door?.tls : composeTls(settings, clock, before?.door?.tls);
  return { tls, access: { callers: callersOf(settings), clients: tls?.clients } };
}

/** `undefined`: there are none, so that anybody may call; the rules of the settings say where that is accepted. */
function callersOf({ callers }: InternalSettings): ApiAccess['callers'] {
  return callers.length === 0 ? undefined : callers.map(callerOf);
}

function callerOf(settings: InternalSettings['callers'][number]): ApiCaller {
  const { name, scopes, token, hmacKey, certificate } = settings;
  const caller = { name, scopes: new Set(scopes) };
  if (token !== undefined) return { ...caller, proof: { kind: 'token', digest: digestOf(token.reveal()) } };
  if (hmacKey !== undefined) return { ...caller, proof: { kind: 'hmac', key: hmacKey } };
  const client = clientNameOf(certificate ?? '', placeOf(settings, 'certificate'));
  return { ...caller, proof: { kind: 'certificate', client } };
}

/** What the operations of the API need. */
export interface InternalUseCases extends PerformerParts {
  readonly entropy: Entropy;
  readonly clock: Clock;
}

interface InternalParts {
  readonly doors: { readonly internal: InternalDoor | undefined };
  readonly internal: InternalUseCases;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The listener of the API, not yet open. */
export interface InternalListener {
  readonly server: ReturnType<typeof createServer>;
  /** Puts other certificates in force, and lets others in. */
  renew(door: InternalDoor): void;
}

/** `undefined` where there is none. Nothing of it, and no library that it needs, is loaded then. */
export async function composeInternal(
  { internal: settings, requests: { budgetMs } }: Config,
  { doors, internal: { clock, entropy, ...parts }, log, metrics }: InternalParts,
  watch: ListenerWatch,
): Promise<InternalListener | undefined> {
  if (settings === undefined || doors.internal === undefined) return undefined;
  const { createInternalServer } = await import('../http/internal/server.ts');
  const { createPerformers } = await import('../methods/internal/perform.ts');
  let door = doors.internal;
  const logCall = reportInternalToLog(log, clock);
  const server = createInternalServer({
    performers: createPerformers(parts),
    clock,
    entropy,
    budgetMs,
    report(report) {
      logCall(report);
      metrics.countInternal(report);
    },
    version: packageVersion,
    access: () => door.access,
    tls: door.tls,
    hostNames: [settings.host.toLowerCase()],
    watch,
  });
  return {
    server,
    renew(next) {
      door = next;
      if (next.tls) replaceTls(server, next.tls);
    },
  };
}
