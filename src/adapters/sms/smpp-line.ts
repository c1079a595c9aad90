import { ExponentialBackoff, halfJitterGenerator, type IBackoff } from 'cockatiel';
import type { Clock, Deadline } from '../../ports/clock.ts';
import { type BindOutcome, SmppSession, type SmppSessionTerms, type TakeDelivery } from './smpp-session.ts';
import { beforeDeadline } from './smpp-window.ts';
import type { Verdict } from './verdict.ts';

/** Between half of it and the whole, so that not all servers come back at once; twice as long each time. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;

/** Many gateways shut out who keeps trying a wrong password. */
const RETRY_AFTER_CREDENTIALS_MS = 60_000;

/** A session that lasted so long was a good one: after it, trying starts anew. */
const GOOD_SESSION_MS = 30_000;

const backoff = new ExponentialBackoff({
  initialDelay: RETRY_MS_MIN,
  maxDelay: RETRY_MS_MAX,
  generator: halfJitterGenerator,
});

/** Keeps a session with a gateway: binds, and binds again whenever it is over. */
export class SmppLine {
  readonly #terms: SmppSessionTerms;
  readonly #clock: Clock;
  readonly #take: TakeDelivery;
  #attempt: SmppSession | undefined;
  /** Of the latest attempt. */
  #outcome: Promise<BindOutcome> = Promise.resolve({ kind: 'failed', fault: 'closed', credentials: false });
  #cancelRetry = () => {};
  #backoff: IBackoff<unknown> | undefined;
  #closed = false;

  constructor(terms: SmppSessionTerms, clock: Clock, take: TakeDelivery) {
    this.#terms = terms;
    this.#clock = clock;
    this.#take = take;
    this.#try();
  }

  /** The bound session, waiting for one that is being bound until the deadline; or why there is none. */
  async session(deadline: Deadline): Promise<SmppSession | Verdict> {
    const outcome = await beforeDeadline(this.#outcome, deadline);
    if (outcome === 'late') return { kind: 'refused', reason: 'gateway-down', detail: 'not bound in time' };
    if (outcome.kind === 'bound') return outcome.session;
    const reason = outcome.credentials ? 'credentials' : 'gateway-down';
    return { kind: 'refused', reason, detail: outcome.fault };
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
    const session = new SmppSession(this.#terms, this.#clock, this.#take);
    this.#attempt = session;
    this.#outcome = session.bind();
    void this.#outcome.then(async (outcome) => {
      const boundAtMs = this.#clock.steadyMs();
      const fault = await session.ended;
      if (this.#closed) return;
      const lasted = outcome.kind === 'bound' && this.#clock.steadyMs() - boundAtMs >= GOOD_SESSION_MS;
      this.#retryAfter(
        outcome.kind === 'bound' ? { kind: 'failed', fault, credentials: false } : outcome,
        lasted,
      );
    });
  }

  #retryAfter(outcome: BindOutcome & { readonly kind: 'failed' }, lasted: boolean): void {
    this.#outcome = Promise.resolve(outcome);
    this.#backoff = (lasted ? undefined : this.#backoff)?.next(undefined) ?? backoff.next();
    const delayMs = outcome.credentials ? RETRY_AFTER_CREDENTIALS_MS : this.#backoff.duration;
    this.#cancelRetry = this.#clock.after(delayMs, () => this.#try());
  }
}
