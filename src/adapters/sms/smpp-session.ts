import type { Clock } from '../../ports/clock.ts';
import type { Secret } from '../../ports/secret.ts';
import { type SmppAddress, SmppLink } from './smpp-link.ts';
import { type Pdu, statusName } from './smpp-pdu.ts';
import { SmppWindow } from './smpp-window.ts';

export interface SmppSessionTerms extends SmppAddress {
  readonly systemId: string;
  readonly password: Secret;
  /** `undefined`: empty. */
  readonly systemType?: string | undefined;
  /** Texts without an answer at a time. */
  readonly window: number;
  readonly enquireLinkMs: number;
  /** For connecting, TLS and bind together. */
  readonly connectTimeoutMs: number;
}

/** Answers what the gateway delivers with the status that this resolves to. Doesn't reject. */
export type TakeDelivery = (pdu: Pdu) => Promise<string>;

export type BindOutcome =
  | { readonly kind: 'bound'; readonly session: SmppSession }
  /** `credentials`: the gateway doesn't know us; trying again soon is no use. */
  | { readonly kind: 'failed'; readonly fault: string; readonly credentials: boolean };

const CREDENTIALS = new Set(['ESME_RINVPASWD', 'ESME_RINVSYSID', 'ESME_RBINDFAIL', 'ESME_RINVSYSTYP']);

/** An answer that takes longer is not waited for. */
const ANSWER_MS = 30_000;
const ENQUIRE_ANSWER_MS = 10_000;
const UNBIND_ANSWER_MS = 2000;

/** Receipts at work; more are told to come again. */
const DELIVERIES_MAX = 64;

/** One session as transceiver, from connecting to its end. */
export class SmppSession {
  readonly window: SmppWindow;
  readonly #link: SmppLink;
  readonly #clock: Clock;
  readonly #terms: SmppSessionTerms;
  readonly #take: TakeDelivery;
  #deliveries = 0;
  #cancelEnquiry = () => {};

  constructor(terms: SmppSessionTerms, clock: Clock, take: TakeDelivery) {
    this.#terms = terms;
    this.#clock = clock;
    this.#take = take;
    this.window = new SmppWindow(terms.window);
    this.#link = new SmppLink(terms, clock, (request) => this.#answer(request));
    void this.ended.then(() => this.#cancelEnquiry());
  }

  /** Resolves with the cause when it is over. */
  get ended(): Promise<string> {
    return this.#link.ended;
  }

  get open(): boolean {
    return this.#link.open;
  }

  /** Connects and binds. Once. */
  async bind(): Promise<BindOutcome> {
    const { systemId, password, systemType, connectTimeoutMs } = this.#terms;
    const cancel = this.#clock.after(connectTimeoutMs, () => this.#link.destroy('not bound in time'));
    const connected = await this.#link.connected;
    const fields = {
      system_id: systemId,
      password: password.reveal(),
      system_type: systemType ?? '',
      // The library says 5.0 by itself.
      interface_version: 0x34,
    };
    const answer = connected
      ? await this.#link.request('bind_transceiver', fields, connectTimeoutMs)
      : undefined;
    cancel();
    if (answer?.status === 0 && answer.command === 'bind_transceiver_resp') {
      this.#enquireLater();
      return { kind: 'bound', session: this };
    }
    if (answer === undefined) {
      this.#link.destroy('bind not answered');
      return { kind: 'failed', fault: await this.ended, credentials: false };
    }
    const status = statusName(answer.status);
    this.#link.end(`bind refused, ${status}`);
    return { kind: 'failed', fault: `bind refused, ${status}`, credentials: CREDENTIALS.has(status) };
  }

  /** Writes a text. Resolves with the answer; `undefined`: none. Throws, with nothing written, if it can't be. */
  submit(fields: Parameters<SmppLink['request']>[1]): Promise<Pdu | undefined> {
    return this.#link.request('submit_sm', fields, ANSWER_MS);
  }

  /** Takes leave and closes; doesn't wait for the gateway for longer than two seconds. */
  async close(): Promise<void> {
    if (this.open) await this.#link.request('unbind', {}, UNBIND_ANSWER_MS);
    this.abandon();
  }

  /** Closes without a word. */
  abandon(): void {
    this.#link.destroy('closed');
  }

  #enquireLater(): void {
    this.#cancelEnquiry = this.#clock.after(this.#terms.enquireLinkMs, async () => {
      const answer = await this.#link.request('enquire_link', {}, ENQUIRE_ANSWER_MS);
      if (answer === undefined) this.#link.destroy('enquire_link not answered');
      else if (this.open) this.#enquireLater();
    });
  }

  #answer(request: Pdu): void {
    switch (request.command) {
      case 'deliver_sm':
      case 'data_sm':
        void this.#deliver(request);
        break;
      case 'enquire_link':
        this.#link.respond(request, 'ESME_ROK');
        break;
      case 'unbind':
        this.#link.respond(request, 'ESME_ROK');
        this.#link.end('unbound by the gateway');
        break;
      case 'alert_notification':
      case 'outbind':
        // These have no answer.
        break;
      default:
        this.#link.respond(request, 'ESME_RINVCMDID');
    }
  }

  async #deliver(request: Pdu): Promise<void> {
    if (this.#deliveries >= DELIVERIES_MAX) return this.#link.respond(request, 'ESME_RX_T_APPN');
    this.#deliveries += 1;
    const status = await this.#take(request);
    this.#deliveries -= 1;
    this.#link.respond(request, status);
  }
}
