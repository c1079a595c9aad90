import { setTimeout as pause } from 'node:timers/promises';
import type { TextReader } from './sms/text-reader.ts';

/** Texts to one number from a moment on. */
export interface Mailbox {
  readonly phoneNumber: string;
  readonly before: readonly string[];
}

const pollMs = 250;

/** Tells new texts from old ones: what was there before a call can't come from it. */
export class Mailboxes {
  readonly #list: (phoneNumber: string) => Promise<readonly string[]>;
  readonly #textMs: number;
  readonly #quietMs: number;

  constructor(list: NonNullable<TextReader['list']>, textMs: number, quietMs: number) {
    this.#list = list;
    this.#textMs = textMs;
    this.#quietMs = quietMs;
  }

  async open(phoneNumber: string): Promise<Mailbox> {
    return { phoneNumber, before: [...(await this.#list(phoneNumber))] };
  }

  /** The texts that came since it was opened, as soon as there is one; none if none comes in time. */
  async arrived(mailbox: Mailbox): Promise<readonly string[]> {
    const untilMs = performance.now() + this.#textMs;
    for (;;) {
      const texts = await this.#since(mailbox);
      if (texts.length > 0 || performance.now() > untilMs) return texts;
      await pause(pollMs);
    }
  }

  /** The texts that came since it was opened, after waiting for late ones. */
  async settled(mailbox: Mailbox): Promise<readonly string[]> {
    await pause(this.#quietMs);
    return this.#since(mailbox);
  }

  async #since(mailbox: Mailbox): Promise<readonly string[]> {
    const old = new Map<string, number>();
    for (const text of mailbox.before) old.set(text, (old.get(text) ?? 0) + 1);
    return (await this.#list(mailbox.phoneNumber)).filter((text) => {
      const left = old.get(text) ?? 0;
      if (left > 0) old.set(text, left - 1);
      return left === 0;
    });
  }
}
