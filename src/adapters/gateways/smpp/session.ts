import type { Clock } from '../../../ports/clock.ts';
import type { Secret } from '../../../ports/secret.ts';
import { type SmppAddress, SmppLink } from './link.ts';
import { type PduFields, statusName } from './pdu.ts';
import type { Pdu } from './read.ts';

export interface SmppSessionTerms extends SmppAddress {
  readonly systemId: string;
  readonly password: Secret;
  /** `undefined`: empty. */
  readonly systemType?: string | undefined;
  readonly enquireLinkMs: number;
  /** For connecting, TLS and bind together; `undefined`: 5 s. */
  readonly connectTimeoutMs?: number | undefined;
}

/** What a session is for: texts, what the gateway delivers, or both. */
export type BindCommand = 'bind_transceiver' | 'bind_transmitter' | 'bind_receiver';

/**
 * Takes what the gateway delivers: the status to answer with, or a promise of it where something has to be done first.
 * Neither throws nor rejects.
 */
export type TakeDelivery = (pdu: Pdu) => string | Promise<string>;

export type BindOutcome =
  | { readonly kind: 'bound'; readonly session: SmppSession }
  | {
      readonly kind: 'failed';
      readonly fault: string;
      /** `credentials`: the gateway doesn't know us; `bind`: it doesn't want us now, such as while another session is open. */
      readonly refused: 'credentials' | 'bind' | undefined;
    };

/** Not ESME_RBINDFAIL, nor ESME_RALYBND: those are said to one session too many as well. */
const CREDENTIALS = new Set(['ESME_RINVPASWD', 'ESME_RINVSYSID', 'ESME_RINVSYSTYP']);

/** For connecting, TLS and bind together: texts wait for it no longer than their own time anyway. */
const CONNECT_MS = 5000;

/** A late answer still tells the id of the text, by which its receipt is known. */
const ANSWER_MS = 30_000;

/** An answer that takes longer is missing, and so many of them in a row are a reason to doubt the session. */
const MISSING_AFTER_MS = 5000;
const MISSING_MAX = 5;

const ENQUIRE_ANSWER_MS = 10_000;
const UNBIND_ANSWER_MS = 2000;

/** How long a gateway that takes leave waits for what it still has to answer. */
const LEAVE_MS = 5000;

/** Deliveries that something is done for at once; the next ones wait, and beyond the bound nothing more is read. */
const DELIVERIES_MAX = 64;
const QUEUE_MAX = 256;

/** One session, from connecting to its end. */
export class SmppSession {
  readonly #link: SmppLink;
  readonly #clock: Clock;
  readonly #terms: SmppSessionTerms;
  readonly #command: BindCommand;
  readonly #take: TakeDelivery;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #queue: Pdu[] = [];
  #deliveries = 0;
  #missing = 0;
  #isLeaving = false;
  #cancelEnquiry = () => {};

  constructor(terms: SmppSessionTerms, clock: Clock, command: BindCommand, take: TakeDelivery) {
    this.#terms = terms;
    this.#clock = clock;
    this.#command = command;
    this.#take = take;
    this.#link = new SmppLink(terms, clock, (request) => this.#answer(request));
    void this.ended.then(() => this.#cancelEnquiry());
  }

  /** Resolves with the cause when it is over. */
  get ended(): Promise<string> {
    return this.#link.ended;
  }

  /** Whether a text can be written: the line is there, and the gateway isn't taking leave. */
  get open(): boolean {
    return this.#link.open && !this.#isLeaving;
  }

  /** Connects and binds. Once. */
  async bind(): Promise<BindOutcome> {
    const { systemId, password, systemType, connectTimeoutMs = CONNECT_MS } = this.#terms;
    const cancel = this.#clock.after(connectTimeoutMs, () => this.#link.destroy('not bound in time'));
    const connected = await this.#link.connected;
    const fields = {
      system_id: systemId,
      password: password.reveal(),
      system_type: systemType ?? '',
      // The library says 5.0 by itself.
      interface_version: 0x34,
    };
    const answer = connected ? await this.#link.request(this.#command, fields, connectTimeoutMs) : undefined;
    cancel();
    if (answer?.status === 0 && answer.command === `${this.#command}_resp`) {
      this.#enquireLater();
      return { kind: 'bound', session: this };
    }
    if (answer === undefined) {
      this.#link.destroy('bind not answered');
      return { kind: 'failed', fault: await this.ended, refused: undefined };
    }
    const status = statusName(answer.status);
    const fault = `bind refused, ${status}`;
    this.#link.end(fault);
    return { kind: 'failed', fault, refused: CREDENTIALS.has(status) ? 'credentials' : 'bind' };
  }

  /**
   * Writes a text. Resolves with the answer; `undefined`: none came within half a minute, or before the session ended.
   * Throws, with nothing written, if it can't be.
   */
  submit(fields: PduFields): Promise<Pdu | undefined> {
    const answer = this.#link.request('submit_sm', fields, ANSWER_MS);
    const cancel = this.#clock.after(MISSING_AFTER_MS, () => this.#noteMissing());
    this.#trackUntil(answer.finally(cancel));
    void answer.then((pdu) => {
      if (pdu !== undefined) this.#missing = 0;
    });
    return answer;
  }

  /** Takes leave and closes; doesn't wait for the gateway for longer than two seconds. */
  async close(): Promise<void> {
    if (this.#link.open) await this.#link.request('unbind', {}, UNBIND_ANSWER_MS);
    this.abandon();
  }

  /** Closes without a word. */
  abandon(): void {
    this.#link.destroy('closed');
  }

  #noteMissing(): void {
    this.#missing += 1;
    if (this.#missing >= MISSING_MAX) this.#link.destroy('texts are not answered');
  }

  #trackUntil(work: Promise<unknown>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  #enquireLater(): void {
    this.#cancelEnquiry = this.#clock.after(this.#terms.enquireLinkMs, async () => {
      const answer = await this.#link.request('enquire_link', {}, ENQUIRE_ANSWER_MS);
      if (answer === undefined) this.#link.destroy('enquire_link not answered');
      else if (this.#link.open) this.#enquireLater();
    });
  }

  #answer(request: Pdu): void {
    switch (request.command) {
      case 'deliver_sm':
      case 'data_sm':
        this.#deliver(request);
        break;
      case 'enquire_link':
        this.#link.respond(request, 'ESME_ROK');
        break;
      case 'unbind':
        void this.#leave(request);
        break;
      case 'alert_notification':
      case 'outbind':
        // These have no answer.
        break;
      default:
        this.#link.respond(request, 'ESME_RINVCMDID');
    }
  }

  /** What the gateway has still to answer, and we have, comes first. */
  async #leave(request: Pdu): Promise<void> {
    if (this.#isLeaving) return this.#link.respond(request, 'ESME_ROK');
    this.#isLeaving = true;
    const done = Promise.allSettled(this.#underWay);
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(LEAVE_MS, resolve);
      void done.finally(cancel).then(() => resolve());
    });
    this.#link.respond(request, 'ESME_ROK');
    this.#link.end('unbound by the gateway');
  }

  #deliver(request: Pdu): void {
    if (this.#deliveries >= DELIVERIES_MAX) {
      this.#queue.push(request);
      if (this.#queue.length >= QUEUE_MAX) this.#link.hold();
      return;
    }
    const status = this.#take(request);
    if (typeof status === 'string') {
      this.#link.respond(request, status);
      return;
    }
    this.#deliveries += 1;
    this.#trackUntil(
      status.then((came) => {
        this.#deliveries -= 1;
        this.#link.respond(request, came);
        this.#deliverQueued();
      }),
    );
  }

  #deliverQueued(): void {
    while (this.#queue.length > 0 && this.#deliveries < DELIVERIES_MAX) {
      const next = this.#queue.shift();
      if (next !== undefined) this.#deliver(next);
    }
    if (this.#queue.length === 0) this.#link.release();
  }
}
