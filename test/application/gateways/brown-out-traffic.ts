import { setTimeout as wait } from 'node:timers/promises';
import { activeNumber } from '../../support/test-accounts.ts';
import { type Answer, codeIn, type Fields, type TestApplication } from '../../support/test-application.ts';

const SENDS_PER_SECOND = 20;
const ECHOES_PER_SECOND = 50;

/** How long Google's stand-in waits before it repeats a sendOtp that failed. */
const RETRIES_AFTER_MS = [1000, 2000, 4000];

/** Of so many requests, one is repeated although it succeeded, and its code is typed. */
const TYPED_ONE_IN = 4;

/** The numbers take turns; it is the same one's turn after 50 s, when no retry is on its way any more. */
const NUMBERS = 1000;

/** A text as a gateway got it. */
interface Text {
  readonly atMs: number;
  readonly code: string;
  /** Whether the gateway said so, whole and at once. */
  readonly accepted: boolean;
}

interface Call {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly status: number;
  readonly result: unknown;
}

/** What became of one sendOtp: all its calls, and the texts that gateways got. */
export interface Story {
  readonly requestId: string;
  readonly calls: Call[];
  readonly texts: Text[];
  /** What verifyOtp said; `undefined`: the code was not typed. */
  verified?: unknown;
}

/** Open loop: what is due is sent, whether or not the earlier ones were answered. */
export class Traffic {
  readonly #app: TestApplication;
  readonly #running = new Set<Promise<void>>();
  readonly #byToken = new Map<string, Story>();
  #stopped = false;
  #phase = 'quiet';
  /** Calls that had no answer, and echoes that did not come back. */
  readonly failures: string[] = [];
  /** By phase, from the moment when each was due. */
  readonly echoMs = new Map<string, number[]>();
  slowestMs = 0;

  constructor(app: TestApplication) {
    this.#app = app;
    this.#atPace(SENDS_PER_SECOND, (number) => this.#send(number));
    this.#atPace(ECHOES_PER_SECOND, (number, dueMs) => this.#echo(number, dueMs));
  }

  get stories(): readonly Story[] {
    return [...this.#byToken.values()];
  }

  set phase(name: string) {
    this.#phase = name;
  }

  /** A gateway got this text. */
  arrived(text: string, accepted: boolean): void {
    const story = this.#byToken.get(text.slice(-11));
    if (story === undefined) throw new Error('a text that nobody ordered');
    story.texts.push({ atMs: performance.now(), code: codeIn(text), accepted });
  }

  /** Resolves when everything is answered, retries included. */
  async stop(): Promise<void> {
    this.#stopped = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #atPace(perSecond: number, send: (number: number, dueMs: number) => Promise<void>): void {
    const begun = performance.now();
    this.#run(
      (async () => {
        for (let number = 0; !this.#stopped; number += 1) {
          const dueMs = begun + (number * 1000) / perSecond;
          const earlyMs = dueMs - performance.now();
          if (earlyMs > 0) await wait(earlyMs);
          this.#run(send(number, dueMs));
        }
      })(),
    );
  }

  #run(work: Promise<void>): void {
    const running = work
      .catch((error: Error) => {
        this.failures.push(error.message);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #echo(number: number, dueMs: number): Promise<void> {
    const clientMessage = `message ${number}`;
    const phase = this.#phase;
    const { status, body } = await this.#call('echo', `echo-${number}`, { clientMessage });
    const latencies = this.echoMs.get(phase) ?? [];
    this.echoMs.set(phase, latencies);
    latencies.push(performance.now() - dueMs);
    if (body['clientMessage'] !== clientMessage) throw new Error(`echo-${number}: ${status}`);
  }

  async #send(number: number): Promise<void> {
    const smsMatchingToken = `T${String(number).padStart(10, '0')}`;
    const story: Story = { requestId: `send-${number}`, calls: [], texts: [] };
    this.#byToken.set(smsMatchingToken, story);
    const fields = { accountPhoneNumber: activeNumber(number % NUMBERS), smsMatchingToken };
    await this.#sendOnce(story, fields);
    for (const afterMs of RETRIES_AFTER_MS) {
      if (story.calls.some(succeeded)) break;
      await wait(afterMs);
      await this.#sendOnce(story, fields);
    }
    if (number % TYPED_ONE_IN > 0) return;
    await this.#sendOnce(story, fields);
    const otp = story.texts.at(-1)?.code;
    if (otp === undefined) return;
    const typed = { sendOtpRequestId: story.requestId, otp };
    story.verified = (await this.#call('verifyOtp', `verify-${number}`, typed)).body['result'];
  }

  async #sendOnce({ requestId, calls }: Story, fields: Fields): Promise<void> {
    const startedMs = performance.now();
    const { status, body } = await this.#call('sendOtp', requestId, fields);
    calls.push({ startedMs, endedMs: performance.now(), status, result: body['result'] });
  }

  async #call(method: string, requestId: string, fields: Fields): Promise<Answer> {
    const startedMs = performance.now();
    try {
      return await this.#app.call(method, requestId, fields);
    } catch (error) {
      throw new Error(`${method} ${requestId}: no answer`, { cause: error });
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedMs);
    }
  }
}

export function succeeded({ result }: Call): boolean {
  return result === 'SUCCESS';
}

/** A server that gives up waiting for a gateway answers after more than this; then it could not know of a late yes. */
const GIVEN_UP_MS = 2000;

/** What was done wrong about a request. `submissions`: how many texts the server says may be out. */
export function faultsOf({ calls, texts, verified }: Story, submissions: number): readonly string[] {
  const faults: string[] = [];
  const success = calls.find(succeeded);
  const codes = new Set(texts.map(({ code }) => code));
  if (codes.size > 1) faults.push(`${codes.size} codes`);
  if (texts.length > 2) faults.push(`${texts.length} texts`);
  if (calls.some(({ status }) => status !== 200 && status !== 503)) faults.push('an answer of no use');
  if (success === undefined && submissions < 2) faults.push('given up');
  if (success && texts.length === 0) faults.push('SUCCESS without a text');
  if (success && calls.slice(calls.indexOf(success)).some((call) => !succeeded(call)))
    faults.push('SUCCESS was taken back');
  if (success && texts.some(({ atMs }) => atMs > success.endedMs)) faults.push('a text after SUCCESS');
  for (const { atMs } of texts.filter(({ accepted }, index) => accepted && index < texts.length - 1)) {
    const call = calls.find(({ startedMs, endedMs }) => startedMs <= atMs && atMs <= endedMs);
    if (call && call.endedMs - call.startedMs < GIVEN_UP_MS) faults.push('a second text after a yes');
  }
  if (verified !== undefined && verified !== 'SUCCESS') faults.push(`the code was not taken: ${verified}`);
  return faults;
}
