import { randomInt } from 'node:crypto';
import { type Clock, type Deadline, MINUTE_MS } from '../../../ports/clock.ts';
import { beforeDeadline } from '../../window.ts';
import type { Verdict } from '../shared/verdict.ts';
import {
  type BindCommand,
  type BindOutcome,
  SmppSession,
  type SmppSessionTerms,
  type TakeDelivery,
} from './session.ts';

/** Twice as long each time. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;

/** Many gateways shut out who keeps trying a wrong password, or one session too many. */
const RETRY_AFTER_REFUSAL_MS = MINUTE_MS;
const REFUSED_BINDS_MAX = 10;

/** A session that lasted so long was a good one: after it, trying starts anew. */
const GOOD_SESSION_MS = 30_000;

type BindFailure = BindOutcome & { readonly kind: 'failed' };

export interface SmppLineParts {
  readonly clock: Clock;
  readonly command: BindCommand;
  readonly take: TakeDelivery;
}

/** Keeps a session with a gateway: binds, and binds again whenever it is over. */
export class SmppLine {
  readonly #terms: SmppSessionTerms;
  readonly #parts: SmppLineParts;
  readonly #clock: Clock;
  #attempt: SmppSession | undefined;
  /** Of the latest attempt. */
  #outcome: Promise<BindOutcome> = Promise.resolve({ kind: 'failed', fault: 'closed', refused: undefined });
  /** When the next attempt begins; `undefined`: one is under way, or bound. */
  #retryAtMs: number | undefined;
  #cancelRetry = () => {};
  /** In a row, without a good session between them. */
  #retries = 0;
  #refusedBinds = 0;
  #closed = false;
  /** Resolves when an attempt begins, or a session is over. */
  #change = Promise.withResolvers<void>();

  constructor(terms: SmppSessionTerms, parts: SmppLineParts) {
    this.#terms = terms;
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#try();
  }

  /**
   * The bound session; or why there is none. Waits until the deadline for one that is being bound, and for the next
   * attempt if that begins before it.
   */
  async session(deadline: Deadline): Promise<SmppSession | Verdict> {
    let fault = 'not bound in time';
    for (;;) {
      const change = this.#change.promise;
      const outcome = await beforeDeadline(this.#outcome, deadline);
      if (outcome === 'late') return { kind: 'refused', reason: 'gateway-down', detail: fault };
      if (outcome.kind === 'bound' && outcome.session.open) return outcome.session;
      if (outcome.kind === 'failed') {
        fault = outcome.fault;
        const reason = outcome.refused === 'credentials' ? 'credentials' : 'gateway-down';
        const isSoon = (this.#retryAtMs ?? 0) - this.#clock.steadyMs() < deadline.remainingMs();
        if (reason === 'credentials' || !isSoon) return { kind: 'refused', reason, detail: fault };
      }
      // A change that came in between was seen only if it came before the outcome was asked for.
      if (change !== this.#change.promise) continue;
      if ((await beforeDeadline(change, deadline)) === 'late') {
        return { kind: 'refused', reason: 'gateway-down', detail: fault };
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    const session = this.#attempt;
    if (session === undefined) return;
    const bound = await Promise.race([this.#outcome, undefined]);
    if (bound?.kind === 'bound') await session.close();
    else session.abandon();
    await session.ended;
  }

  #try(): void {
    const { command, take } = this.#parts;
    const session = new SmppSession(this.#terms, this.#clock, command, take);
    this.#attempt = session;
    this.#outcome = session.bind();
    this.#retryAtMs = undefined;
    this.#tellChange();
    void this.#outcome.then(async (outcome) => {
      const boundAtMs = this.#clock.steadyMs();
      const fault = await session.ended;
      if (this.#closed) return;
      const lasted = outcome.kind === 'bound' && this.#clock.steadyMs() - boundAtMs >= GOOD_SESSION_MS;
      this.#retryAfter(
        outcome.kind === 'bound' ? { kind: 'failed', fault, refused: undefined } : outcome,
        lasted,
      );
    });
  }

  #retryAfter(outcome: BindFailure, lasted: boolean): void {
    this.#outcome = Promise.resolve(outcome);
    this.#retries = lasted ? 1 : this.#retries + 1;
    this.#refusedBinds = outcome.refused === undefined ? 0 : this.#refusedBinds + 1;
    const isHopeless = outcome.refused === 'credentials' || this.#refusedBinds >= REFUSED_BINDS_MAX;
    const delayMs = isHopeless ? RETRY_AFTER_REFUSAL_MS : backoffMs(this.#retries);
    this.#retryAtMs = this.#clock.steadyMs() + delayMs;
    this.#cancelRetry = this.#clock.after(delayMs, () => this.#try());
    this.#tellChange();
  }

  #tellChange(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

/** Before the retry of that number, from 1: between half of it and the whole, so that not all servers come back at once. */
function backoffMs(retry: number): number {
  const wholeMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (retry - 1));
  return randomInt(wholeMs / 2, wholeMs + 1);
}
