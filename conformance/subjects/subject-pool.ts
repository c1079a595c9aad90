import { setTimeout as pause } from 'node:timers/promises';
import { NotTested } from '../checks/verdicts.ts';
import type { KnownSubject } from '../run/config.ts';

interface Place {
  readonly subject: KnownSubject;
  texts: number;
  /** On the monotonic clock. */
  lastTextMs: number;
  /** Why it is of no use any more. */
  spent: string | undefined;
}

/**
 * Lends known subjects to one check at a time, the least used first, so that cool-downs and quotas of the endpoint
 * are met as late as possible. Who finds all lent waits for one.
 */
export class SubjectPool {
  readonly #places: readonly Place[];
  readonly #lent = new Set<Place>();
  readonly #waiting: (() => void)[] = [];
  readonly #coolDownMs: number;
  readonly #textsPerSubjectMax: number;

  constructor(subjects: readonly KnownSubject[], coolDownMs: number, textsPerSubjectMax: number) {
    this.#places = subjects.map((subject) => ({
      subject,
      texts: 0,
      lastTextMs: Number.NEGATIVE_INFINITY,
      spent: undefined,
    }));
    this.#coolDownMs = coolDownMs;
    this.#textsPerSubjectMax = textsPerSubjectMax;
  }

  /** Throws `NotTested` if no subject that suits is left. */
  async borrow(suits: (subject: KnownSubject) => boolean): Promise<KnownSubject> {
    for (;;) {
      const suitable = this.#places.filter((place) => suits(place.subject));
      const usable = suitable.filter((place) => this.#usable(place));
      if (usable.length === 0) throw new NotTested(this.#whyNone(suitable));
      const free = usable.filter((place) => !this.#lent.has(place));
      const chosen = free.sort((a, b) => a.texts - b.texts || a.lastTextMs - b.lastTextMs)[0];
      if (chosen !== undefined) {
        this.#lent.add(chosen);
        return chosen.subject;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  giveBack(subject: KnownSubject): void {
    this.#lent.delete(this.#place(subject));
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Waits until the subject may be texted again, and counts the text. */
  async beforeText(subject: KnownSubject): Promise<void> {
    const place = this.#place(subject);
    const delayMs = place.lastTextMs + this.#coolDownMs - performance.now();
    if (delayMs > 0) await pause(delayMs);
    place.texts += 1;
    place.lastTextMs = performance.now();
  }

  /** Never lends it again. */
  spend(subject: KnownSubject, reason: string): void {
    this.#place(subject).spent = reason;
  }

  #usable(place: Place): boolean {
    return place.spent === undefined && place.texts < this.#textsPerSubjectMax;
  }

  #whyNone(suitable: readonly Place[]): string {
    if (suitable.length === 0) return 'needs a known subject of that shape in subjects.known';
    const reasons = new Set(
      suitable.map((place) => place.spent ?? 'had as many texts as limits.textsPerSubjectMax'),
    );
    return `no known subject is left (${[...reasons].join('; ')}): give more in subjects.known`;
  }

  #place(subject: KnownSubject): Place {
    const place = this.#places.find((candidate) => candidate.subject === subject);
    if (place === undefined) throw new Error('a subject that was never lent');
    return place;
  }
}
