import { setTimeout as pause } from 'node:timers/promises';
import { ORDINARY_NUMBERS, ordinaryNumber, US_NUMBERS, usNumber } from './accounts.ts';
import type { AskedRequest, Ledger } from './ledger.ts';
import { type Phone, tokenOf } from './phone.ts';
import type { Random } from './random.ts';
import type { ServerNode } from './server-node.ts';

export interface StoriesOptions {
  readonly nodes: readonly ServerNode[];
  readonly ledger: Ledger;
  readonly phone: Phone;
  readonly random: Random;
  /** Calls in a second, of all stories together. */
  readonly callsPerSecond: number;
  /** Texts to one number. */
  readonly textsPerNumber: number;
}

/** A sendOtp, and where its text goes. */
export interface SentRequest {
  readonly request: AskedRequest;
  readonly token: string;
  readonly number: string;
  /** Of codes that came by its text. */
  readonly verifications: AskedRequest[];
}

/** A lease ends after 10 s, and the longest cause too; then whoever asks is answered. */
const STORY_MS_MAX = 60_000;
/** Of so many stories one is a crowd of each kind. */
const CROWD_EVERY = 40;
const COUNTRY_CROWD = 16;
/** Numbers that crowds ask for. */
const CROWDED_NUMBERS = 100;

/** Users that send, repeat and verify, each request at whatever server, until it is answered. */
export class Stories {
  readonly sent: SentRequest[] = [];
  readonly #options: StoriesOptions;
  readonly #open = new Set<Promise<void>>();
  #rounds = 0;
  #isEnding = false;
  #running: Promise<void> | undefined;

  constructor(options: StoriesOptions) {
    this.#options = options;
  }

  /** Begins stories until they are ended. */
  start(): void {
    this.#running = this.#run();
  }

  /** Begins none any more. Returns when those that began have ended. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
    await Promise.all(this.#open);
  }

  async #run(): Promise<void> {
    const { ledger, callsPerSecond } = this.#options;
    let due = 0;
    for (let lastMs = performance.now(); !this.#isEnding; ) {
      await pause(10);
      const nowMs = performance.now();
      // What an outage kept back does not come at once.
      due = Math.min(due + ((nowMs - lastMs) / 1000) * callsPerSecond, ledger.calls + callsPerSecond / 4);
      lastMs = nowMs;
      while (ledger.calls < due && this.#open.size < callsPerSecond * 5) this.#beginNext();
    }
  }

  /** Now and then many at once ask for texts to one number, or to the country with the ceiling, and there are too few. */
  #beginNext(): void {
    const { textsPerNumber } = this.#options;
    this.#rounds += 1;
    const crowd = Math.floor(this.#rounds / CROWD_EVERY);
    switch (this.#rounds % CROWD_EVERY) {
      case 5:
        for (let n = 0; n < COUNTRY_CROWD; n += 1)
          this.#begin(usNumber((crowd * COUNTRY_CROWD + n) % US_NUMBERS));
        break;
      case 25:
        for (let n = 0; n < textsPerNumber + 2; n += 1) this.#begin(ordinaryNumber(crowd % CROWDED_NUMBERS));
        break;
      default:
        this.#begin(ordinaryNumber(CROWDED_NUMBERS + (this.#rounds % (ORDINARY_NUMBERS - CROWDED_NUMBERS))));
    }
  }

  #begin(number: string): void {
    const story = this.#tell(this.sent.length, number).finally(() => this.#open.delete(story));
    this.#open.add(story);
  }

  async #tell(n: number, number: string): Promise<void> {
    const { ledger, phone, random } = this.#options;
    const token = tokenOf(n);
    const fields = { accountPhoneNumber: number, smsMatchingToken: token };
    const request = ledger.open('sendOtp', `send-${n}`, fields);
    const sent: SentRequest = { request, token, number, verifications: [] };
    this.sent.push(sent);

    const result = await this.#untilAnswered(request, random.isIn(0.3) ? 2 : 1);
    // Nothing binds it then, and Google tries again.
    if (result === 'MESSAGE_UNABLE_TO_BE_SENT' && random.isIn(0.8)) await this.#untilAnswered(request, 1);
    if (!request.answers.some((told) => told.result === 'SUCCESS')) return;
    if (random.isIn(0.3)) await this.#untilAnswered(request, 1);
    const code = phone.textsOf(token)[0]?.code ?? '';
    const wrong = `${(Number(code) + 1) % 1_000_000}`.padStart(6, '0');
    if (random.isIn(0.2)) await this.#untilAnswered(this.#verification(sent, 'wrong', wrong), 1);
    if (random.isIn(0.3)) return;
    const right = this.#verification(sent, 'right', code);
    const rival = random.isIn(0.3) ? [this.#verification(sent, 'rival', code)] : [];
    await Promise.all([right, ...rival].map((one) => this.#untilAnswered(one, random.isIn(0.2) ? 2 : 1)));
  }

  #verification({ request, verifications }: SentRequest, word: string, otp: string): AskedRequest {
    const { requestId: sendOtpRequestId } = request;
    const fields = { sendOtpRequestId, otp };
    const verification = this.#options.ledger.open('verifyOtp', `${word}-${sendOtpRequestId}`, fields);
    verifications.push(verification);
    return verification;
  }

  /** Asks `twins` servers at once, then one after the other. `undefined`: none has answered for a minute. */
  async #untilAnswered(request: AskedRequest, twins: number): Promise<string | undefined> {
    const { nodes, random, ledger } = this.#options;
    const endMs = performance.now() + STORY_MS_MAX;
    const first = random.shuffled(nodes).slice(0, twins);
    let results = await Promise.all(first.map((node) => ledger.ask(request, node)));
    for (;;) {
      const result = results.find((one) => one !== undefined);
      if (result !== undefined || performance.now() > endMs) return result;
      await pause(random.between(100, 700));
      results = [await ledger.ask(request, random.pick(nodes))];
    }
  }
}
