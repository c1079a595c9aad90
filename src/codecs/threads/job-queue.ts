import type { Caller } from '../../ports/caller.ts';
import type { Clock, Deadline } from '../../ports/clock.ts';
import { UnavailableError } from '../../ports/unavailable.ts';

/** `answer`: the work behind it is done already. `request`: nothing is done yet. */
export type Urgency = 'answer' | 'request';

/** One that waits. */
export interface Waiting {
  readonly urgency: Urgency;
  /** `undefined`: it has none, and waits for as long as it takes. */
  readonly deadline: Deadline | undefined;
  /** Whose it is; of no meaning for answers. */
  readonly caller: Pick<Caller, 'proved' | 'rank'>;
  /** The most private operations that it takes, ≥ 1. */
  readonly cost: number;
  readonly reject: (error: Error) => void;
}

/** Of the time that a request has when it comes, what it may spend on waiting for a thread: the rest is for the work. */
const WAIT_SHARE = 0.4;
/** So many may wait whatever the rate was: a rate that isn't measured any more can't be found to be better. */
const WAITING_MIN = 8;
/** While proved ones wait too, they get so many operations for one of the others. */
const PROVED_PER_UNPROVED = 3;

/**
 * What waits for a thread, and which of it comes next. [OQ-60]
 * - Answers go first: what is behind them is done, and would be lost.
 * - Then the requests of callers who proved themselves, in the order in which they came, and a quarter of the time those
 *   of the others, of which whoever asked for least is first.
 * - A request that couldn't begin in two fifths of its time is refused when it comes, by the rate at which the ones before
 *   it were taken; one that has waited that long after all is refused, rather than begun.
 */
export class JobQueue<Entry extends Waiting> {
  readonly #answers: Entry[] = [];
  readonly #proved: Line<Entry>;
  readonly #unproved: Line<Entry>;
  #owed = 0;

  /** `waitingMax`, ≥ 0: requests that may wait, whatever the rate; half as many of those that prove nothing. */
  constructor(clock: Clock, waitingMax: number) {
    this.#proved = new Line(clock, waitingMax);
    this.#unproved = new Line(clock, Math.ceil(waitingMax / 2));
  }

  /** Call `shed` once everything that can begin at once has been taken. */
  add(entry: Entry): void {
    if (entry.urgency === 'answer') this.#answers.push(entry);
    else this.#lineOf(entry).add(entry);
  }

  /** Whether a request of such a caller, with so much time, would be let wait now. */
  hasRoom(caller: Pick<Caller, 'proved' | 'rank'>, hadMs: number): boolean {
    return (caller.proved ? this.#proved : this.#unproved).hasRoom(caller.rank, WAIT_SHARE * hadMs);
  }

  /** The next one to be done; `undefined`: none waits, or only some that prove nothing, where none of these `mayBe`. */
  take(mayBeUnproved = true): Entry | undefined {
    dropLate(this.#answers);
    const answer = this.#answers.shift();
    if (answer) return answer;
    this.#proved.dropLate();
    this.#unproved.dropLate();
    const unproved = mayBeUnproved ? this.#unproved.first : undefined;
    if (!unproved) return this.#proved.take();
    if (!this.#proved.first) {
      this.#owed = 0;
      return this.#unproved.take();
    }
    const price = PROVED_PER_UNPROVED * unproved.cost;
    if (this.#owed < price) {
      this.#owed += this.#proved.first.cost;
      return this.#proved.take();
    }
    this.#owed -= price;
    return this.#unproved.take();
  }

  /** Refuses the requests that are too many to be begun in time, the last ones of each line. */
  shed(): void {
    this.#proved.shed();
    this.#unproved.shed();
  }

  /** Takes all of them out, to be refused. */
  clear(): readonly Entry[] {
    return [...this.#answers.splice(0), ...this.#proved.clear(), ...this.#unproved.clear()];
  }

  #lineOf({ caller }: Entry): Line<Entry> {
    return caller.proved ? this.#proved : this.#unproved;
  }
}

interface InLine<Entry> {
  readonly entry: Entry;
  readonly rank: number;
  /** How long it may wait. */
  readonly waitMs: number;
  /** When it will have waited that long, on the steady clock. */
  readonly lateAtMs: number;
}

/** Requests of one class, by rank and then by their coming, and how long it takes until the next one is taken. */
class Line<Entry extends Waiting> {
  readonly #clock: Clock;
  readonly #waitingMax: number;
  #entries: InLine<Entry>[] = [];
  /** None of them is late before, so that not all of them are looked at whenever one comes or goes. */
  #noneLateUntilMs = Number.POSITIVE_INFINITY;
  /** Between two that were taken while others waited; a moving average. `undefined`: not known yet. */
  #intervalMs: number | undefined;
  #takenAtMs: number | undefined;

  constructor(clock: Clock, waitingMax: number) {
    this.#clock = clock;
    this.#waitingMax = waitingMax;
  }

  get first(): Entry | undefined {
    return this.#entries[0]?.entry;
  }

  add(entry: Entry): void {
    this.dropLate();
    const waitMs = WAIT_SHARE * (entry.deadline?.remainingMs() ?? Number.POSITIVE_INFINITY);
    const lateAtMs = this.#clock.steadyMs() + waitMs;
    const { rank } = entry.caller;
    // The rank as it was when they came: what is refused in the meantime is a matter of the next one.
    const before = this.#entries.findLastIndex((other) => other.rank <= rank);
    this.#noneLateUntilMs = Math.min(this.#noneLateUntilMs, lateAtMs);
    this.#entries.splice(before + 1, 0, { entry, rank, waitMs, lateAtMs });
  }

  hasRoom(rank: number, waitMs: number): boolean {
    const last = this.#entries.at(-1);
    if (!last || last.rank > rank) return true;
    this.dropLate();
    return this.#entries.length < this.#roomFor({ waitMs });
  }

  take(): Entry | undefined {
    const taken = this.#entries.shift()?.entry;
    if (!taken) return undefined;
    const nowMs = this.#clock.steadyMs();
    if (this.#takenAtMs !== undefined) this.#learn(nowMs - this.#takenAtMs);
    // Once nobody waits, the time until the next one says nothing about us.
    this.#takenAtMs = this.#entries.length > 0 ? nowMs : undefined;
    return taken;
  }

  dropLate(): void {
    const nowMs = this.#clock.steadyMs();
    if (nowMs < this.#noneLateUntilMs) return;
    const late = this.#entries.filter(({ lateAtMs }) => lateAtMs <= nowMs);
    this.#entries = this.#entries.filter(({ lateAtMs }) => lateAtMs > nowMs);
    this.#noneLateUntilMs = Math.min(...this.#entries.map(({ lateAtMs }) => lateAtMs));
    for (const { entry } of late) {
      entry.reject(new UnavailableError('no cryptography thread was free in time'));
    }
  }

  shed(): void {
    for (;;) {
      const last = this.#entries.at(-1);
      if (!last || this.#entries.length <= this.#roomFor(last)) return;
      this.#entries.pop();
      last.entry.reject(new UnavailableError('the cryptography threads have no capacity left'));
    }
  }

  clear(): readonly Entry[] {
    return this.#entries.splice(0).map(({ entry }) => entry);
  }

  #roomFor({ waitMs }: Pick<InLine<Entry>, 'waitMs'>): number {
    const inTime = this.#intervalMs ? Math.floor(waitMs / this.#intervalMs) : this.#waitingMax;
    return Math.min(this.#waitingMax, Math.max(WAITING_MIN, inTime));
  }

  #learn(intervalMs: number): void {
    this.#intervalMs =
      this.#intervalMs === undefined ? intervalMs : 0.9 * this.#intervalMs + 0.1 * intervalMs;
  }
}

/** Answers that came first have the earliest deadlines. */
function dropLate<Entry extends Waiting>(answers: Entry[]): void {
  while (answers[0]?.deadline?.remainingMs() === 0) {
    answers.shift()?.reject(new UnavailableError('no cryptography thread was free by the deadline'));
  }
}
