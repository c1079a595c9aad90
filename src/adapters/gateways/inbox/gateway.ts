import type { Clock } from '../../../ports/clock.ts';
import type { Delivery, KeptText, SmsGateway, SmsMessage } from '../../../ports/sms-gateway.ts';

/** What the inbox does with the next texts. */
export type InboxBehaviour =
  | 'accept'
  /** Says no: no text is kept. */
  | 'refuse'
  /** Never answers; no text is kept. */
  | 'hang'
  /** Keeps the text and answers after `delayMs`. */
  | 'late'
  /** Keeps the text and never answers: the text arrived, and nobody was told. [OQ-28] */
  | 'accept-and-hang-up';

export const INBOX_BEHAVIOURS = ['accept', 'refuse', 'hang', 'late', 'accept-and-hang-up'] as const;

/** Texts kept; the oldest make room. */
const TEXTS_MAX = 10_000;

/** A gateway for the sandbox: keeps texts for the operator to read, and misbehaves when told to. */
export class InboxGateway implements SmsGateway {
  readonly name = 'inbox';
  readonly #clock: Clock;
  readonly #texts: KeptText[] = [];
  #received = 0;
  #behaviour: InboxBehaviour = 'accept';
  #delayMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Newest first, at most `count`; `to` (E.164) selects one number's. */
  texts(count: number, to?: string): readonly KeptText[] {
    const chosen = to === undefined ? this.#texts : this.#texts.filter((kept) => kept.to.reveal() === to);
    return chosen.slice(-count).reverse();
  }

  get behaviour(): { readonly behaviour: InboxBehaviour; readonly delayMs: number } {
    return { behaviour: this.#behaviour, delayMs: this.#delayMs };
  }

  /** `delayMs` (≥ 0) counts for `late` only. */
  behave(behaviour: InboxBehaviour, delayMs: number): void {
    this.#behaviour = behaviour;
    this.#delayMs = delayMs;
  }

  async send(message: SmsMessage): Promise<Delivery> {
    switch (this.#behaviour) {
      case 'accept':
        return this.#keep(message);
      case 'refuse':
        return { kind: 'refused', gateway: this.name, reason: 'gateway-down', detail: 'told to refuse' };
      case 'hang':
        return new Promise(() => undefined);
      case 'late': {
        const delivery = this.#keep(message);
        return new Promise((resolve) => this.#clock.after(this.#delayMs, () => resolve(delivery)));
      }
      case 'accept-and-hang-up':
        this.#keep(message);
        return new Promise(() => undefined);
    }
  }

  async close(): Promise<void> {}

  #keep(message: SmsMessage): Delivery {
    this.#received += 1;
    this.#texts.push({ ...message, number: this.#received, receivedAtMs: this.#clock.nowMs() });
    if (this.#texts.length > TEXTS_MAX * 1.1) this.#texts.splice(0, this.#texts.length - TEXTS_MAX);
    return { kind: 'accepted', gateway: this.name, messageId: `inbox-${this.#received}` };
  }
}
