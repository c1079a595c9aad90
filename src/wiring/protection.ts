import type { Logger } from 'pino';
import { ConfigError, describeFault } from '../config/faults.ts';
import type { ReadinessCheck } from '../http/operator-routes.ts';
import type { ServerTls } from '../http/tls.ts';
import type { Clock } from '../ports/clock.ts';
import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { Config } from '../settings/load.ts';
import type { RevokedKeys } from './data.ts';
import { checkNothingExpired, type Expiring, expiryWarnings, logExpiry } from './expiry.ts';
import { composeInternalDoor, type InternalDoor } from './internal.ts';
import { forgedKeyWarnings, passedOverWarnings } from './key-warnings.ts';
import { readKeyRings } from './keys.ts';
import { digestOf, settingsThatWait, takeReloaded } from './reload.ts';
import { composeSealing } from './sealing.ts';
import { composeTls } from './tls.ts';

/** Everything with keys in it: how bodies are sealed, and TLS. */
export interface Protection {
  /** By media type. */
  readonly codecs: ReadonlyMap<string, PayloadCodec>;
  /** For opening the listeners. */
  readonly doors: Doors;
  readonly readiness: readonly ReadinessCheck[];
  /** The keys and certificates that are used now. */
  readonly inForce: () => Expiring;
  /**
   * Puts other keys, certificates and callers in force, all or, if it throws, none. Those of the listeners are put by
   * `renew`. What is thrown is logged, and readiness warns of it until one succeeds.
   */
  reload(read: () => Config, renew: (doors: Doors) => void): Promise<void>;
  close(): Promise<void>;
}

/** Whom the listeners let in, and how they are served. */
export interface Doors {
  /** Of the methods. `undefined`: plain HTTP. */
  readonly tls: ServerTls | undefined;
  /** `undefined`: there is no internal API. */
  readonly internal: InternalDoor | undefined;
}

interface ProtectionParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly revokedKeys: RevokedKeys;
}

/** Throws `ConfigError` if keys or certificates can't be used. */
export async function composeProtection(config: Config, parts: ProtectionParts): Promise<Protection> {
  const { clock, log } = parts;
  let doors = composeDoors(config, clock);
  const sealing = await composeSealing(config, {
    rings: await readRings(config, parts),
    clock,
    log,
  });
  const inForce = () => ({ rings: sealing.rings, tls: tlsOf(doors) });
  const expiring = () => expiryWarnings(inForce(), clock.nowMs());
  const warnings = () => [...forgedKeyWarnings(sealing.rings, config), ...expiring()];
  const stopLogging = logExpiry(expiring, log);
  const logKeys = () => {
    const told = [...forgedKeyWarnings(sealing.rings, config), ...passedOverWarnings(sealing.rings)];
    for (const warning of told) log.warn({ warning }, 'keys');
  };
  logKeys();

  let running = config;
  async function replace(next: Config, renew: (doors: Doors) => void): Promise<void> {
    const taken = takeReloaded(running, next);
    const renewed = composeDoors(taken, clock, { config: running, doors });
    const rings = await readRings({ ...taken, payload: changedOf(running.payload, taken.payload) }, parts);
    renew(renewed);
    doors = renewed;
    sealing.replaceRings(rings);
    running = taken;
    const waiting = settingsThatWait(running, next);
    log.info({ configuration: digestOf(next), settingsThatWait: waiting, warnings: warnings() }, 'reloaded');
    logKeys();
  }

  const reloads = new Reloads(replace, clock, log);
  return {
    codecs: sealing.codecs,
    doors,
    readiness: [
      { name: 'keys', check: async () => checkNothingExpired(inForce(), clock.nowMs()), warnings },
      { name: 'configuration', check: async () => {}, warnings: () => reloads.warnings() },
    ],
    inForce,
    reload: (read, renew) => reloads.reload(read, renew),
    async close() {
      stopLogging();
      await sealing.close();
    },
  };
}

/**
 * As the settings describe them. Throws `ConfigError` if they can't be used. `before`: what they replace; what has the same
 * settings stays, since it needs no passphrase again, which may be forgotten.
 */
function composeDoors(
  config: Config,
  clock: Clock,
  before?: { readonly config: Config; readonly doors: Doors },
): Doors {
  const isSame = (listener: 'http' | 'internal') =>
    before !== undefined && config[listener]?.tls === before.config[listener]?.tls;
  const { tls, internal } = before?.doors ?? {};
  return {
    tls: isSame('http') ? tls : composeTls(config.http, clock, tls),
    internal: composeInternalDoor(config.internal, clock, { door: internal, isTlsSame: isSame('internal') }),
  };
}

function tlsOf({ tls, internal }: Doors): readonly ServerTls[] {
  return [tls, internal?.tls].filter((one) => one !== undefined);
}

type Replace = (next: Config, renew: (doors: Doors) => void) => Promise<void>;

/** Reloads one after the other: the one that was asked for last is the one that stays. */
class Reloads {
  readonly #replace: Replace;
  readonly #clock: Clock;
  readonly #log: Logger;
  #last: Promise<void> = Promise.resolve();
  #failure: string | undefined;

  constructor(replace: Replace, clock: Clock, log: Logger) {
    this.#replace = replace;
    this.#clock = clock;
    this.#log = log;
  }

  /** That the newest one failed, and why. */
  warnings(): readonly string[] {
    return this.#failure === undefined ? [] : [this.#failure];
  }

  reload(read: () => Config, renew: (doors: Doors) => void): Promise<void> {
    const reloaded = this.#last.then(() => this.#attempt(read, renew));
    this.#last = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #attempt(read: () => Config, renew: (doors: Doors) => void): Promise<void> {
    try {
      await this.#replace(read(), renew);
      this.#failure = undefined;
    } catch (error) {
      const reason = describeFailure(error);
      const at = new Date(this.#clock.nowMs()).toISOString();
      this.#failure = `the reload of ${at} failed, and what was in force before still is: ${reason}`;
      this.#log.error({ reason }, 'reload failed');
      throw error;
    }
  }
}

/** Without the keys that are those of before. */
function changedOf(
  running: Config['payload'],
  { pgp, jwe, ...others }: Config['payload'],
): Config['payload'] {
  return {
    ...others,
    ...(pgp && pgp !== running.pgp && { pgp }),
    ...(jwe && jwe !== running.jwe && { jwe }),
  };
}

/** What was found revoked is remembered also where the keys can't be used, which may be the reason. */
async function readRings(config: Config, { clock, log, revokedKeys }: ProtectionParts) {
  const { fingerprints } = revokedKeys;
  const known = fingerprints.size;
  try {
    return await readKeyRings(config, clock.nowMs(), fingerprints);
  } finally {
    if (fingerprints.size > known) {
      await revokedKeys.keep().catch((error: unknown) => log.error({ err: error }, 'revoked keys'));
    }
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.map(describeFault).join(' ');
  return error instanceof Error ? error.message : String(error);
}
