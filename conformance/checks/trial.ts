import type { Answer } from '../google/answer.ts';
import type { CallOptions, Google, Method } from '../google/google.ts';
import type { Random } from '../google/random.ts';
import type { Exchange, TranscriptEntry } from '../google/transcript.ts';
import type { ConformanceConfig, KnownSubject, Subject, SubjectState } from '../run/config.ts';
import type { Settings } from '../run/settings.ts';
import type { Mailbox, Mailboxes } from '../subjects/mailbox.ts';
import type { TextReader } from '../subjects/sms/text-reader.ts';
import { codeIn, codesIn } from '../subjects/sms-text.ts';
import type { SubjectPool } from '../subjects/subject-pool.ts';
import { expectResult, LimitInTheWay } from './expectations.ts';
import { must, NotTested } from './verdicts.ts';

/** What all checks of a run share. */
export interface RunWorld {
  readonly config: ConformanceConfig;
  readonly settings: Settings;
  readonly google: Google;
  readonly subjects: SubjectPool;
  readonly reader: TextReader | undefined;
  readonly mailboxes: Mailboxes | undefined;
  readonly random: Random;
  /** Once aborted, no check is waited for any more. */
  readonly giveUp: AbortSignal;
  /** Of the endpoint's gateway, under way now. Each ends of itself when the run is given up. */
  readonly outages: Set<Promise<unknown>>;
  /** Every exchange of the run so far. */
  readonly exchanges: Exchange[];
  /** Every code that a text brought. */
  readonly codes: Set<string>;
  /** The one text that all checks of its content look at. */
  specimen: Promise<Specimen> | undefined;
}

/** A sendOtp that answered SUCCESS. */
export interface Sent {
  readonly subject: KnownSubject;
  readonly requestId: string;
  readonly token: string;
  /** The request without its header. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  /** `undefined`: texts can't be read. */
  readonly mailbox: Mailbox | undefined;
}

export interface Specimen extends Sent {
  readonly text: string;
  readonly transcript: readonly TranscriptEntry[];
}

export interface SendOptions {
  readonly by?: 'accountPhoneNumber' | 'associationId' | 'both';
  /** Default: one that no other check uses meanwhile. */
  readonly subject?: KnownSubject;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly call?: CallOptions;
}

/** One check at work: what it may do and what it did. */
export class Trial {
  readonly world: RunWorld;
  readonly transcript: TranscriptEntry[] = [];
  readonly #borrowed: KnownSubject[] = [];

  constructor(world: RunWorld) {
    this.world = world;
  }

  get google(): Google {
    return this.world.google;
  }

  get settings(): Settings {
    return this.world.settings;
  }

  /** Notes an exchange in the transcript. */
  readonly note = (exchange: Exchange): void => {
    this.transcript.push(exchange);
    this.world.exchanges.push(exchange);
  };

  call(
    method: Method,
    members: Readonly<Record<string, unknown>>,
    options: CallOptions = {},
  ): Promise<Answer> {
    return this.google.call(method, members, options, this.note);
  }

  /**
   * A verifyOtp for a sendOtp that never was: it costs nothing and changes nothing. A right endpoint answers 404
   * once it has read the request, and 400 or 401 if it could not.
   */
  probe(options: CallOptions = {}, members: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return this.call(
      'verifyOtp',
      { sendOtpRequestId: this.google.id('none'), otp: '000000', ...members },
      options,
    );
  }

  /** A sendOtp to a number that is none: processed and declined, without a text or a subject. [SO-3] */
  declined(options: CallOptions = {}, members: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const token = this.google.token();
    return this.call('sendOtp', { accountPhoneNumber: '+0', smsMatchingToken: token, ...members }, options);
  }

  /** Throws `NotTested` if the configuration has no such subject with that identifier. */
  subject(state: SubjectState, identifier: keyof Subject): string {
    const value = this.world.config.subjects?.[state]?.[identifier];
    if (value === undefined) throw new NotTested(`needs subjects.${state}.${identifier}`);
    return value;
  }

  /** A known subject for this check alone, until it ends. */
  async borrow(suits: (subject: KnownSubject) => boolean = () => true): Promise<KnownSubject> {
    const subject = await this.world.subjects.borrow(suits);
    this.#borrowed.push(subject);
    return subject;
  }

  /**
   * Has a text sent to a known subject and expects SUCCESS. If the endpoint's limit is in the way, another subject
   * is tried. Throws `LimitInTheWay` when there is none.
   */
  async send(options: SendOptions = {}): Promise<Sent> {
    const byAssociation = options.by === 'associationId' || options.by === 'both';
    for (;;) {
      const suits = (known: KnownSubject) => !byAssociation || known.associationId !== undefined;
      const subject = options.subject ?? (await this.borrow(suits));
      const sent = await this.attemptSend(subject, options);
      try {
        expectResult(sent.answer, 'SUCCESS');
        return sent;
      } catch (cause) {
        if (!(cause instanceof LimitInTheWay)) throw cause;
        this.world.subjects.spend(subject, 'OTP_LIMIT_REACHED by the endpoint');
        if (options.subject !== undefined) throw cause;
      }
    }
  }

  /** The same without any expectation. */
  async attemptSend(subject: KnownSubject, options: SendOptions = {}): Promise<Sent> {
    const { by = 'accountPhoneNumber' } = options;
    const token = this.google.token();
    const requestId = options.call?.requestId ?? this.google.id('send');
    const members = {
      ...(by === 'associationId' ? {} : { accountPhoneNumber: subject.phoneNumber }),
      ...(by === 'accountPhoneNumber' ? {} : { associationId: subject.associationId }),
      smsMatchingToken: token,
      otpContext: { association: {} },
      ...options.members,
    };
    await this.world.subjects.beforeText(subject);
    const mailbox = await this.world.mailboxes?.open(subject.phoneNumber);
    const answer = await this.call('sendOtp', members, { ...options.call, requestId });
    return { subject, requestId, token, members, answer, mailbox };
  }

  /** The text that a send caused. Throws `NotTested` if texts can't be read. */
  async text(sent: Sent): Promise<string> {
    const { mailboxes } = this.world;
    if (mailboxes === undefined || sent.mailbox === undefined) throw new NotTested(this.#noTexts());
    const texts = await mailboxes.arrived(sent.mailbox);
    // A late text of an earlier send carries another token.
    const chosen = texts.find((candidate) => candidate.includes(sent.token)) ?? texts[0];
    must(chosen !== undefined, `SUCCESS, but no text came within ${this.settings.textMs} ms`);
    for (const code of codesIn(chosen, sent.token)) this.google.world.masks.noteCode(code);
    this.transcript.push({ to: sent.subject.phoneNumber, text: chosen });
    return chosen;
  }

  /** The code that a send caused, read from the text or typed by the operator. */
  async code(sent: Sent): Promise<string> {
    const { reader } = this.world;
    const code =
      reader?.askCode === undefined
        ? codeIn(await this.text(sent), sent.token, this.world.config.codePattern)
        : await reader.askCode(sent.subject.phoneNumber);
    must(code !== undefined && code !== '', 'no code can be found in the text');
    this.world.codes.add(code);
    this.google.world.masks.noteCode(code);
    return code;
  }

  /** How many texts came since the send, after waiting for late ones. Throws `NotTested` if texts can't be read. */
  async countTexts(mailbox: Mailbox | undefined): Promise<number> {
    const { mailboxes } = this.world;
    if (mailboxes === undefined || mailbox === undefined) throw new NotTested(this.#noTexts());
    return (await mailboxes.settled(mailbox)).length;
  }

  verify(sent: Pick<Sent, 'requestId'>, otp: string, options: CallOptions = {}): Promise<Answer> {
    return this.call('verifyOtp', { sendOtpRequestId: sent.requestId, otp }, options);
  }

  /** The text that all checks of its content share; the first that asks has it sent. */
  async specimen(): Promise<Specimen> {
    this.world.specimen ??= this.#makeSpecimen();
    const specimen = await this.world.specimen;
    if (this.transcript.length === 0) this.transcript.push(...specimen.transcript);
    return specimen;
  }

  /** Gives the borrowed subjects back. */
  end(): void {
    for (const subject of this.#borrowed.splice(0)) this.world.subjects.giveBack(subject);
  }

  async #makeSpecimen(): Promise<Specimen> {
    const before = this.transcript.length;
    const sent = await this.send();
    const shown = await this.text(sent);
    return { ...sent, text: shown, transcript: this.transcript.slice(before) };
  }

  #noTexts(): string {
    return this.world.reader === undefined
      ? 'needs a way to read texts in the setting sms'
      : 'needs the whole texts, which a typed code does not show';
  }
}

/** A code of the same shape that is certainly another. */
export function wrongCode(code: string): string {
  const last = code.at(-1) ?? '';
  return `${code.slice(0, -1)}${/\d/.test(last) ? (Number(last) + 1) % 10 : last === 'A' ? 'B' : 'A'}`;
}
