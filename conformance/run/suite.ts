import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { catalog as wholeCatalog } from '../checks/catalog.ts';
import type { Check, Phase } from '../checks/check.ts';
import { expectRead } from '../checks/expectations.ts';
import { orGivenUp } from '../checks/give-up.ts';
import { type RunWorld, Trial } from '../checks/trial.ts';
import { EndpointFault, NotTested } from '../checks/verdicts.ts';
import type { Codec } from '../google/codecs/codec.ts';
import { openCodec } from '../google/codecs/open-codec.ts';
import { EchoPace } from '../google/echo-pace.ts';
import { EndpointClock } from '../google/endpoint-clock.ts';
import { Google } from '../google/google.ts';
import { HttpClient, NoAnswer } from '../google/http-client.ts';
import { Masks } from '../google/masks.ts';
import { Random } from '../google/random.ts';
import { Mailboxes } from '../subjects/mailbox.ts';
import { openTextReader } from '../subjects/sms/open-text-reader.ts';
import { TextsUnreadable } from '../subjects/sms/text-reader.ts';
import { SubjectPool } from '../subjects/subject-pool.ts';
import { type ConformanceConfig, checkConformanceConfig } from './config.ts';
import { CouldNotRun } from './could-not-run.ts';
import { latenciesOf } from './latencies.ts';
import { type ConformanceRun, exitCodeOf, failureOf, type Outcome, type OutcomeKind } from './outcome.ts';
import { type Plan, planChecks, planRun, type Selection, unknownWords } from './plan.ts';
import { type Settings, settle } from './settings.ts';

export interface PlanOptions extends Selection {
  /** Other checks than the catalogue's, for instance an integrator's own. */
  readonly catalog?: readonly Check[];
  /** Ids of checks that are known to fail. One that passes makes the run fail. */
  readonly expectedFailures?: readonly string[];
}

export interface RunOptions extends PlanOptions {
  /** Decides which bits are flipped and which odd texts are sent. Default: a new one, shown in the report. */
  readonly seed?: number;
  /** How many checks run at once. Default: 1. */
  readonly parallel?: number;
  /** Once aborted, no further check begins, and the result is of those before. */
  readonly signal?: AbortSignal;
  /**
   * Once aborted, the check under way isn't waited for either; only an outage of the gateway that it began is ended. What
   * it waits for itself may keep the process alive. Before the first check, the run throws the signal's reason.
   */
  readonly giveUp?: AbortSignal;
  /** Called once if nothing listens at the URL yet, with what is waited for and for how long. */
  readonly onWait?: (message: string) => void;
  /** Called before the first check. */
  readonly onPlan?: (plan: Plan) => void;
  /** Called after each check. */
  readonly onOutcome?: (outcome: Outcome, done: number, total: number) => void;
}

/**
 * The checks a run would make and what they would cause. Sends nothing. Throws `ConformanceConfigError` or
 * `CouldNotRun`.
 */
export function planConformance(config: ConformanceConfig, options: PlanOptions = {}): Plan {
  const checked = checkConformanceConfig(config);
  const { catalog = wholeCatalog, expectedFailures = [] } = options;
  const strangers = expectedFailures.filter((id) => !catalog.some((check) => check.id === id));
  if (strangers.length > 0)
    throw new CouldNotRun(`expected failures that are no checks: ${strangers.join(', ')}`);
  const unknown = unknownWords(catalog, options);
  if (unknown.length > 0) {
    throw new CouldNotRun(`no check is called ${unknown.join(', ')}: --list shows what there is`);
  }
  return planRun(planChecks(catalog, checked.codec ?? 'plain', options), checked);
}

/** What a run found, and the masks that reports of it need. */
export interface ConformanceResult {
  readonly run: ConformanceRun;
  readonly masks: Masks;
}

/**
 * Plays Google against an endpoint. Throws `ConformanceConfigError` or `CouldNotRun` before any check is made;
 * afterwards whatever happens is an outcome.
 */
export async function runConformance(
  config: ConformanceConfig,
  options: RunOptions = {},
): Promise<ConformanceResult> {
  const plan = planConformance(config, options);
  const settings = settle(config);
  const expected = options.expectedFailures ?? [];
  const codec = await openCodec(config);
  const startedAtMs = Date.now();
  const { world, close } = await openWorld(config, settings, codec, options);
  try {
    const omen = await orGivenUp(makeContact(world, options.onWait), world.giveUp);
    options.onPlan?.(plan);
    const runner = new Runner(world, plan.checks, new Set(expected), options);
    const outcomes = await runner.run();
    const { stopped } = runner;
    return {
      masks: world.google.world.masks,
      run: {
        url: settings.baseUrl.href,
        codec: codec.name,
        startedAtMs,
        durationMs: Date.now() - startedAtMs,
        seed: world.random.seed,
        textsFrom: world.reader?.describes,
        omen,
        outcomes,
        latencies: latenciesOf(world.exchanges),
        clockOffsetMs: world.google.world.clock.known ? world.google.world.clock.offsetMs : undefined,
        stopped,
        exitCode: stopped ? 2 : exitCodeOf(outcomes),
      },
    };
  } finally {
    await close();
  }
}

async function openWorld(
  config: ConformanceConfig,
  settings: Settings,
  codec: Codec,
  { seed = randomInt(2 ** 31), giveUp = new AbortController().signal }: RunOptions,
) {
  const { clientCertificate, clientPrivateKey, ca } = config.tls ?? {};
  const client = new HttpClient({
    timeoutMs: settings.answerMs,
    ca,
    clientCertificate:
      clientCertificate === undefined || clientPrivateKey === undefined
        ? undefined
        : { certificate: clientCertificate, privateKey: clientPrivateKey },
  });
  const masks = masksFor(config);
  const reader = config.sms === undefined ? undefined : await openTextReader(config.sms);
  const world: RunWorld = {
    config,
    settings,
    google: new Google({
      settings,
      client,
      codec,
      masks,
      clock: new EndpointClock(),
      echoPace: new EchoPace(settings.echoIntervalMs, settings.echoPer15MinutesMax),
    }),
    subjects: new SubjectPool(config.subjects?.known ?? [], settings.coolDownMs, settings.textsPerSubjectMax),
    reader,
    mailboxes:
      reader?.list === undefined ? undefined : new Mailboxes(reader.list, settings.textMs, settings.quietMs),
    random: new Random(seed),
    giveUp,
    outages: new Set(),
    exchanges: [],
    codes: new Set(),
    specimen: undefined,
  };
  const close = async () => {
    client.close();
    await reader?.close();
  };
  return { world, close };
}

function masksFor({ subjects = {} }: ConformanceConfig): Masks {
  const masks = new Masks();
  for (const { phoneNumber } of Object.values(subjects).flat()) {
    if (phoneNumber !== undefined) masks.notePhoneNumber(phoneNumber);
  }
  return masks;
}

/** An endpoint that was started just now may need as long until it listens. */
const listenWithinMs = 5_000;
const retryMs = 200;

/** Makes the first call, again and again while nothing listens. Throws `NoAnswer`. */
async function callFirst(trial: Trial, onWait: RunOptions['onWait']): Promise<void> {
  const untilMs = performance.now() + listenWithinMs;
  for (let told = false; ; told = true) {
    try {
      await trial.probe();
      return;
    } catch (cause) {
      if (!(cause instanceof NoAnswer) || !cause.refused || performance.now() > untilMs) throw cause;
      const { settings, exchanges, giveUp } = trial.world;
      if (!told)
        onWait?.(`nothing listens at ${settings.baseUrl.origin} yet: trying for ${listenWithinMs / 1000} s`);
      // How fast a connection is refused is no latency of the endpoint.
      exchanges.length = 0;
      await pause(retryMs, undefined, { signal: giveUp });
    }
  }
}

/**
 * A few calls before the first check: is anybody there, and what time is it there? Returns what is odd about the
 * answers: an endpoint that refuses even these fails nearly every check for one and the same reason.
 */
async function makeContact(world: RunWorld, onWait: RunOptions['onWait']): Promise<string | undefined> {
  const trial = new Trial(world);
  try {
    // The first ones may be refused for their time, which is not known yet.
    await callFirst(trial, onWait);
    await trial.probe();
    expectRead(await trial.probe());
    return undefined;
  } catch (cause) {
    if (cause instanceof EndpointFault || cause instanceof NotTested) {
      return `even an ordinary request failed (${cause.message}): are URL, pathStyle, codec and keys right?`;
    }
    if (!(cause instanceof NoAnswer)) throw cause;
    throw new CouldNotRun(`the endpoint does not answer: ${cause.message}`, { cause });
  }
}

function notBegun(check: Check): Outcome {
  return { check, kind: 'not-tested', message: 'the run was stopped before', transcript: [], durationMs: 0 };
}

const phases: readonly Phase[] = ['any', 'late', 'verdict'];

class Runner {
  /** Whether checks were left out since the signal was aborted. */
  stopped = false;
  readonly #world: RunWorld;
  readonly #checks: readonly Check[];
  readonly #expected: ReadonlySet<string>;
  readonly #options: RunOptions;
  readonly #outcomes = new Map<Check, Outcome>();

  constructor(world: RunWorld, checks: readonly Check[], expected: ReadonlySet<string>, options: RunOptions) {
    this.#world = world;
    this.#checks = checks;
    this.#expected = expected;
    this.#options = options;
  }

  async run(): Promise<Outcome[]> {
    for (const phase of phases) {
      const queue = this.#checks.filter((check) => (check.phase ?? 'any') === phase);
      const lanes = phase === 'any' ? Math.max(1, this.#options.parallel ?? 1) : 1;
      await Promise.all(Array.from({ length: lanes }, () => this.#drain(queue)));
    }
    return this.#checks.flatMap((check) => this.#outcomes.get(check) ?? []);
  }

  async #drain(queue: Check[]): Promise<void> {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const { signal, giveUp } = this.#options;
      if (signal?.aborted || giveUp?.aborted) this.stopped = true;
      const outcome = this.stopped ? notBegun(check) : this.#judge(await this.#try(check));
      this.#outcomes.set(check, outcome);
      this.#options.onOutcome?.(outcome, this.#outcomes.size, this.#checks.length);
    }
  }

  async #try(check: Check): Promise<Outcome> {
    const trial = new Trial(this.#world);
    const startedMs = performance.now();
    const outcome = (kind: OutcomeKind, message?: string): Outcome => ({
      check,
      kind,
      message,
      transcript: trial.transcript,
      durationMs: performance.now() - startedMs,
    });
    try {
      await orGivenUp(check.run(trial), this.#world.giveUp);
      return outcome('passed');
    } catch (cause) {
      if (this.#world.giveUp.aborted) {
        await Promise.allSettled(this.#world.outages);
        this.stopped = true;
        return outcome('not-tested', 'the run was stopped in its middle');
      }
      if (cause instanceof NotTested || cause instanceof TextsUnreadable)
        return outcome('not-tested', cause.message);
      if (cause instanceof EndpointFault || cause instanceof NoAnswer) {
        return outcome(failureOf(check.level), cause.message);
      }
      return outcome('broken', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    } finally {
      trial.end();
    }
  }

  #judge(outcome: Outcome): Outcome {
    if (!this.#expected.has(outcome.check.id)) return outcome;
    if (outcome.kind === 'failed' || outcome.kind === 'warned')
      return { ...outcome, kind: 'expected-failure' };
    if (outcome.kind !== 'passed') return outcome;
    return { ...outcome, kind: 'unexpected-pass', message: 'listed as an expected failure, but it passes' };
  }
}
