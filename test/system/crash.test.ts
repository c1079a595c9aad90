import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { proofSample, proofSize } from '../support/proof-size.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { type Answer, callMethod, codeIn } from '../support/test-application.ts';
import { CRASH_POINTS, type CrashPoint } from './crash-points.ts';

const ROUNDS = proofSize('PROOF_KILLS', { quick: 1, mass: 12 });
const POINTS = proofSample(CRASH_POINTS, 4);
const CHILD = new URL('./crash-child.ts', import.meta.url);

/**
 * Row 1 of the proofs: the server is killed at every point of the send path, started again, and asked again as
 * Google would. Whatever the point: an answered request stays answered, no request has two codes, and there are
 * two texts at most where nobody can know whether the first one left. [IDEM-8, IDEM-11, OQ-28]
 */
describe(`the server killed ${ROUNDS} times at each of ${POINTS.length} points`, () => {
  let dataDirectory: string;
  let phoneFile: string;
  let child: Server | undefined;
  let requests = 0;

  before(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-crash-'));
    phoneFile = join(dataDirectory, 'phone.ndjson');
    writeFileSync(phoneFile, '');
    await importTestAccounts(dataDirectory);
  });
  after(async () => {
    await child?.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  for (const point of POINTS) {
    it(`[IDEM-8] ${point}`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) await killAndRetry(point, round);
    });
  }

  async function killAndRetry(point: CrashPoint, round: number): Promise<void> {
    const number = requests++ % 1000;
    const requestId = `crash-${requests}`;
    const fields = { accountPhoneNumber: activeNumber(number), smsMatchingToken: 'AB12345678C' };
    const about = `${point}, round ${round}, request ${requestId}`;

    child ??= await Server.start(dataDirectory, phoneFile);
    // Recovery needs something to recover from: the log of a server that was killed after its answer.
    await child.arm(point === 'during recovery' ? 'answer sent' : point);
    const first = await child.call('sendOtp', requestId, fields).catch(() => undefined);
    await child.gone();
    if (point === 'during recovery') await Server.startAndDie(dataDirectory, phoneFile, 200 + round * 400);

    child = await Server.start(dataDirectory, phoneFile);
    const retried = await child.call('sendOtp', requestId, fields);
    assert.equal(retried.body['result'], 'SUCCESS', `${about}: ${JSON.stringify(retried)}`);
    const again = await child.call('sendOtp', requestId, fields);
    assert.deepEqual(withoutHeader(again), withoutHeader(retried), about);
    if (first !== undefined)
      assert.deepEqual(withoutHeader(retried), withoutHeader(first), `${about}: answered before`);

    const texts = textsTo(number);
    const textsMax =
      point === 'gateway call sent' || point === 'gateway answered' || point === 'result not yet synced'
        ? 2
        : 1;
    assert.ok(texts.length >= 1 && texts.length <= textsMax, `${about}: ${texts.length} texts`);
    const codes = new Set(texts.map(codeIn));
    assert.equal(codes.size, 1, `${about}: different codes`);
    const [otp] = codes;
    const verified = await child.call('verifyOtp', requestId, { sendOtpRequestId: requestId, otp });
    assert.equal(verified.body['result'], 'SUCCESS', about);
  }

  let linesRead = 0;
  /** The texts since the last look; each look is for one request. */
  function textsTo(number: number): string[] {
    const lines = readFileSync(phoneFile, 'utf8').trimEnd().split('\n').slice(linesRead);
    linesRead += lines.length;
    return lines.map((line) => {
      const { to, text } = JSON.parse(line) as { to: string; text: string };
      assert.equal(to, activeNumber(number));
      return text;
    });
  }
});

class Server {
  readonly #child: ChildProcess;
  readonly #methodsUrl: string;

  private constructor(child: ChildProcess, methodsUrl: string) {
    this.#child = child;
    this.#methodsUrl = methodsUrl;
  }

  static async start(dataDirectory: string, phoneFile: string): Promise<Server> {
    const child = fork(CHILD, [dataDirectory, phoneFile], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const { methods } = await answerOf<{ methods: string }>(child);
    return new Server(child, methods);
  }

  /** Starts a server that is killed some µs after its start began. */
  static async startAndDie(dataDirectory: string, phoneFile: string, lifeMicros: number): Promise<void> {
    const child = fork(CHILD, [dataDirectory, phoneFile, String(lifeMicros)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await new Promise((resolve) => child.once('exit', resolve));
  }

  async arm(point: CrashPoint): Promise<void> {
    this.#child.send({ arm: point });
    await answerOf(this.#child);
  }

  call(method: string, requestId: string, fields: Record<string, unknown>): Promise<Answer> {
    return callMethod(this.#methodsUrl, method, requestId, fields);
  }

  gone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve();
      else this.#child.once('exit', () => resolve());
    });
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.gone();
  }
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the server ended before it answered'));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}

function withoutHeader({ status, body }: Answer): unknown {
  return { status, ...body, responseHeader: undefined };
}
