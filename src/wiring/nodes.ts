import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { keyChecksOf } from '../domain/challenge/key-check.ts';
import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { momentOf } from '../domain/moment.ts';
import { judgeNode, type NodeJudgement } from '../domain/nodes.ts';
import type { ReadinessCheck } from '../http/operator-routes.ts';
import type { Clock } from '../ports/clock.ts';
import type { NodeReport, Nodes, NodeTraits } from '../ports/otp-store/nodes.ts';
import type { Config } from '../settings/load.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { KeyRings } from './keys.ts';
import { packageVersion } from './version.ts';

/** This server among those that share its store. */
export interface AmongNodes {
  readonly readiness: readonly ReadinessCheck[];
  stop(): Promise<void>;
}

interface NodeParts {
  /** `undefined`: the store has one server. */
  readonly nodes: Nodes | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly keys: OtpKeys;
  /** Those in force. */
  readonly rings: () => KeyRings;
}

/** How often the others are told and asked; readiness asks by itself. */
const LOOK_MS = 2000;

/** Resolves when the others know of it, or could not be told. */
export async function composeNodes(config: Config, { nodes, ...parts }: NodeParts): Promise<AmongNodes> {
  if (nodes === undefined) return { readiness: [], stop: async () => {} };
  const watch = new NodeWatch(config, { nodes, ...parts });
  await watch.look().catch(() => {});
  parts.metrics.watchNodes(() => watch.seen());
  return {
    readiness: [{ name: 'nodes', check: () => watch.check(), warnings: () => watch.warnings() }],
    stop: () => watch.stop(),
  };
}

const UNKNOWN: NodeJudgement = { misfit: undefined, wrongClock: undefined, warnings: [] };

/** Tells of this server, follows the clock of the store, and judges whether it goes together with the others. */
class NodeWatch {
  readonly #config: Config;
  readonly #parts: NodeParts & { readonly nodes: Nodes };
  #judgement = UNKNOWN;
  #fits = false;
  /** What it fitted with. */
  #traits = '';
  #others = 0;
  #told: readonly string[] = [];
  #underWay: Promise<void> | undefined;
  #cancel = () => {};
  #isStopped = false;

  constructor(config: Config, parts: NodeParts & { readonly nodes: Nodes }) {
    this.#config = config;
    this.#parts = parts;
  }

  /** Rejects if the store can't be asked. The next look comes by itself. */
  look(): Promise<void> {
    this.#cancel();
    this.#underWay ??= this.#look().finally(() => {
      this.#underWay = undefined;
      if (!this.#isStopped)
        this.#cancel = this.#parts.clock.after(LOOK_MS, () => this.look().catch(() => {}));
    });
    return this.#underWay;
  }

  async check(): Promise<void> {
    // One that is under way may have begun before what is asked about.
    await this.#underWay?.catch(() => {});
    await this.look();
    const { misfit, wrongClock } = this.#judgement;
    const reason = misfit ?? wrongClock;
    if (reason !== undefined) throw new Error(reason);
  }

  warnings(): readonly string[] {
    return this.#judgement.warnings;
  }

  seen() {
    return { count: this.#others + 1, clockAheadMs: this.#clockAheadMs() };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#underWay?.catch(() => {});
    await this.#parts.nodes.leave();
  }

  async #look(): Promise<void> {
    const { clock, nodes } = this.#parts;
    const askedMs = clock.steadyMs();
    const toldMs = await nodes.time();
    const withinMs = (clock.steadyMs() - askedMs) / 2;
    clock.follow?.(toldMs + withinMs, withinMs);
    const traits = traitsOf(this.#config, this.#parts);
    // With other keys it is judged anew, by all that fit.
    if (JSON.stringify(traits) !== this.#traits) this.#fits = false;
    if ((await this.#meet(traits)) !== this.#fits) {
      this.#fits = !this.#fits;
      this.#fits = await this.#meet(traits);
    }
    this.#traits = JSON.stringify(traits);
    this.#tell();
  }

  /** Resolves to whether it fits, as it told already or is to tell. */
  async #meet(traits: NodeTraits): Promise<boolean> {
    const { clock, nodes, rings } = this.#parts;
    const own: NodeReport = {
      name: `${hostname()}/${process.pid}`,
      version: packageVersion,
      traits,
      clockAheadMs: this.#clockAheadMs(),
      reachedMs: momentOf(clock).nowMs,
      fits: this.#fits,
    };
    const meeting = await nodes.meet(own);
    const { others } = meeting;
    clock.reach?.(Math.max(0, ...others.map(({ reachedMs }) => reachedMs)));
    this.#others = others.length;
    this.#judgement = judgeNode(own, heldKeys(rings()), meeting);
    return this.#judgement.misfit === undefined;
  }

  #clockAheadMs(): number {
    const { clock } = this.#parts;
    return clock.nowMs() - (clock.sharedMs?.() ?? clock.nowMs());
  }

  /** Each reason once, as long as it lasts. */
  #tell(): void {
    const { misfit, wrongClock, warnings } = this.#judgement;
    const reasons = [misfit, wrongClock].filter((reason) => reason !== undefined);
    const isNew = (text: string) => !this.#told.includes(text);
    for (const reason of reasons.filter(isNew))
      this.#parts.log.error({ reason }, 'not ready beside the other servers');
    for (const warning of warnings.filter(isNew)) this.#parts.log.warn({ warning }, 'nodes');
    this.#told = [...reasons, ...warnings];
  }
}

function traitsOf(config: Config, { clock, keys, rings }: NodeParts): NodeTraits {
  const { codes, digests } = keyChecksOf(keys);
  const nowMs = clock.nowMs();
  const opening = Object.entries(rings()).flatMap(([kind, ring]) =>
    (ring?.keys ?? [])
      .filter((key) => key.purpose === 'decrypt' && ring?.state(key, nowMs) === 'active')
      .map(({ fingerprint, keyId }) => [fingerprint, `${kind} key ${keyId}`] as const),
  );
  const { secrets: _, ...codeSettings } = config.codes;
  const { quotas, moneyGuard, closedGuard, retention } = config;
  return {
    digests,
    codes,
    activeCode: keys.activeCodeSecretId,
    openingKeys: Object.fromEntries(opening),
    settings: Object.fromEntries(
      flat({ codes: codeSettings, quotas, moneyGuard, closedGuard, retention }, ''),
    ),
  };
}

function heldKeys(rings: KeyRings): ReadonlySet<string> {
  const keys = Object.values(rings).flatMap((ring) => ring?.keys ?? []);
  return new Set(keys.filter(({ purpose }) => purpose === 'decrypt').map(({ fingerprint }) => fingerprint));
}

/** Settings by their paths, as JSON; what is not set is left out. */
function flat(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, member]) =>
    flat(member, path === '' ? name : `${path}.${name}`),
  );
}
