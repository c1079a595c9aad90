import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { codeIn } from '../../support/test-application.ts';
import type { Random } from './random.ts';

/** A text as it came to the gateway. */
export interface ArrivedText {
  readonly id: string;
  readonly atMs: number;
  readonly to: string;
  readonly code: string;
  /** Whether it went to the phone. Where the gateway then said nothing, whoever sent it doesn't know. */
  readonly fate: 'accepted' | 'refused' | 'no-word';
}

/** A report of a delivery that a server took. */
export interface TakenReport {
  readonly messageId: string;
  /** When it was first told. */
  readonly toldAtMs: number;
}

export const receiptSecret = 'secret-of-the-receipts';
const REPORT_TRIES = 5;

/** A gateway and all phones behind it. Of a hundred texts it refuses two, and takes two without a word. */
export class Phone {
  /** By the token of the request that they are of. */
  readonly texts = new Map<string, ArrivedText[]>();
  readonly takenReports: TakenReport[] = [];
  readonly #server: Server;
  readonly #random: Random;
  readonly #receiptsUrl: () => string | undefined;
  readonly #reports = new Set<Promise<void>>();
  #messages = 0;

  /** `receiptsUrl`: of a server that is to be told next. */
  static async start(random: Random, receiptsUrl: () => string | undefined): Promise<Phone> {
    const phone = new Phone(random, receiptsUrl);
    phone.#server.listen(0, '127.0.0.1');
    await once(phone.#server, 'listening');
    return phone;
  }

  private constructor(random: Random, receiptsUrl: () => string | undefined) {
    this.#random = random;
    this.#receiptsUrl = receiptsUrl;
    this.#server = createServer(async (request, response) => {
      const atMs = performance.now();
      // A server that is killed meanwhile has sent no text.
      const body = await json(request).catch(() => undefined);
      if (body !== undefined) await this.#take(body as Message, atMs, response);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  textsOf(token: string): readonly ArrivedText[] {
    return this.texts.get(token) ?? [];
  }

  /** Waits for its reports, and ends. */
  async stop(): Promise<void> {
    await Promise.all(this.#reports);
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #take({ to, text }: Message, atMs: number, response: ServerResponse): Promise<void> {
    const chance = this.#random.fraction();
    const fate = chance < 0.02 ? 'refused' : chance < 0.04 ? 'no-word' : 'accepted';
    await pause(this.#random.between(0, 10));
    this.#messages += 1;
    const id = `message-${this.#messages}`;
    const token = tokenIn(text);
    const arrived = { id, atMs, to, code: codeIn(text), fate } as const;
    this.texts.set(token, [...this.textsOf(token), arrived]);
    if (fate === 'no-word') {
      response.destroy();
    } else if (fate === 'refused') {
      response.writeHead(422).end('{}');
    } else {
      response.end(JSON.stringify({ id }));
      const report = this.#report(id, this.#random.between(10, 400)).finally(() =>
        this.#reports.delete(report),
      );
      this.#reports.add(report);
    }
  }

  /** Tells the delivery to any server, and to others until one takes it. */
  async #report(id: string, waitMs: number): Promise<void> {
    for (let tries = 1; tries <= REPORT_TRIES; tries += 1) {
      await pause(waitMs * tries);
      const toldAtMs = performance.now();
      const url = this.#receiptsUrl();
      const answer =
        url === undefined
          ? undefined
          : await fetch(`${url}/receipts/http`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', 'x-secret': receiptSecret },
              body: JSON.stringify({ id, state: 'delivered' }),
              signal: AbortSignal.timeout(6000),
            }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === 200) {
        this.takenReports.push({ messageId: id, toldAtMs });
        return;
      }
    }
  }
}

/** The n-th token: 11 letters, so that no digit of it is taken for the code's. */
export function tokenOf(n: number): string {
  const letters = n
    .toString(16)
    .replace(/./g, (digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)] ?? '');
  return letters.padStart(11, 'z');
}

/** It stands alone on its line. */
function tokenIn(text: string): string {
  return /^[a-z]{11}$/m.exec(text)?.[0] ?? '';
}

interface Message {
  readonly to: string;
  readonly text: string;
}
