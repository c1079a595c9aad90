import type { Logger } from 'pino';
import { ConfigError, describeFault } from '../config/faults.ts';
import type { ReadinessCheck } from '../http/operator-routes.ts';
import type { ServerTls } from '../http/tls.ts';
import type { Clock } from '../ports/clock.ts';
import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { Config } from '../settings/load.ts';
import type { RevokedKeys } from './data.ts';
import { checkNothingExpired, type Expiring, expiryWarnings, logExpiry } from './expiry.ts';
import { forgedKeyWarnings, passedOverWarnings } from './key-warnings.ts';
import { readKeyRings } from './keys.ts';
import { digestOf, settingsThatWait, takeReloaded } from './reload.ts';
import { composeSealing } from './sealing.ts';
import { composeTls } from './tls.ts';

/** Everything with keys in it: how bodies are sealed, and TLS. */
export interface Protection {
  /** By media type. */
  readonly codecs: ReadonlyMap<string, PayloadCodec>;
  /** For opening the listener. */
  readonly tls: ServerTls | undefined;
  readonly readiness: readonly ReadinessCheck[];
  /** The keys and certificates that are used now. */
  readonly inForce: () => Expiring;
  /**
   * Puts other keys and certificates in force, all or, if it throws, none. The listener's are put by `replaceTls`. What is
   * thrown is logged, and readiness warns of it until one succeeds.
   */
  reload(read: () => Config, replaceTls: (tls: ServerTls) => void): Promise<void>;
  close(): Promise<void>;
}

interface ProtectionParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly revokedKeys: RevokedKeys;
}

/** Throws `ConfigError` if keys or certificates can't be used. */
export async function composeProtection(config: Config, parts: ProtectionParts): Promise<Protection> {
  const { clock, log } = parts;
  let tls = composeTls(config.http, clock);
  const sealing = await composeSealing(config, {
    rings: await readRings(config, parts),
    clock,
    log,
  });
  const inForce = () => ({ rings: sealing.rings, tls });
  const expiring = () => expiryWarnings(inForce(), clock.nowMs());
  const warnings = () => [...forgedKeyWarnings(sealing.rings, config), ...expiring()];
  const stopLogging = logExpiry(expiring, log);
  const logKeys = () => {
    const told = [...forgedKeyWarnings(sealing.rings, config), ...passedOverWarnings(sealing.rings)];
    for (const warning of told) log.warn({ warning }, 'keys');
  };
  logKeys();

  let running = config;
  async function replace(next: Config, replaceTls: (tls: ServerTls) => void): Promise<void> {
    const taken = takeReloaded(running, next);
    // What stays needs no passphrase again, which may be forgotten.
    const isTlsSame = taken.http.tls === running.http.tls;
    const nextTls = isTlsSame ? tls : composeTls(taken.http, clock, tls);
    const rings = await readRings({ ...taken, payload: changedOf(running.payload, taken.payload) }, parts);
    if (nextTls) replaceTls(nextTls);
    tls = nextTls;
    sealing.replaceRings(rings);
    running = taken;
    const waiting = settingsThatWait(running, next);
    log.info({ configuration: digestOf(next), settingsThatWait: waiting, warnings: warnings() }, 'reloaded');
    logKeys();
  }

  const reloads = new Reloads(replace, clock, log);
  return {
    codecs: sealing.codecs,
    tls,
    readiness: [
      { name: 'keys', check: async () => checkNothingExpired(inForce(), clock.nowMs()), warnings },
      { name: 'configuration', check: async () => {}, warnings: () => reloads.warnings() },
    ],
    inForce,
    reload: (read, replaceTls) => reloads.reload(read, replaceTls),
    async close() {
      stopLogging();
      await sealing.close();
    },
  };
}

type Replace = (next: Config, replaceTls: (tls: ServerTls) => void) => Promise<void>;

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

  reload(read: () => Config, replaceTls: (tls: ServerTls) => void): Promise<void> {
    const reloaded = this.#last.then(() => this.#attempt(read, replaceTls));
    this.#last = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #attempt(read: () => Config, replaceTls: (tls: ServerTls) => void): Promise<void> {
    try {
      await this.#replace(read(), replaceTls);
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
