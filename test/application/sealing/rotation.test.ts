import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import type { PayloadCodec } from '../../../src/ports/payload-codec.ts';
import { loadConfig } from '../../../src/settings/load.ts';
import { proofSize } from '../../support/proof-size.ts';
import { requestOf } from '../../support/sealed-google.ts';
import { startApplication, TEST_SETTINGS } from '../../support/test-application.ts';
import { makeCertificate, type TestCertificate } from '../../support/test-certificates.ts';
import {
  makeKey,
  onlyDecrypting,
  type SealingKind,
  sealingSettings,
  startGoogleCodec,
  type TestKey,
} from '../../support/test-keys.ts';
import { until } from '../../support/until.ts';

const ROTATIONS = proofSize('PROOF_ROTATIONS', { quick: 1, mass: 5 });
const RATE_PER_SECOND = proofSize('PROOF_RATE', { quick: 80, mass: 200 });
/** To know what is usual. */
const QUIET_STEPS = proofSize('PROOF_QUIET_STEPS', { quick: 3, mass: 8 });
const IN_FLIGHT_MAX = 32;
/** From here on fewer are in flight at once: a server that has a tenth of a processor answers all of many too late. */
const SLOW_ANSWER_MS = 500;
/** What a machine busy with other things may add to the slowest answers: a third of what Google allows them. */
const P99_NOISE_MS = 1000;
/** So many requests see each step of a rotation, at least, however busy the machine. */
const SEEN_MIN = 16;

/** Row 18 of the proofs. */
describe('keys and certificates replaced under load', () => {
  for (const kind of ['pgp', 'jwe'] as const) {
    it(`[ENC-2, PGP-1, PGP-2, JWE-4] ${kind}: ${ROTATIONS} rotations, ${RATE_PER_SECOND}/s offered: no request fails or waits long`, (t) =>
      rotateUnderLoad(t, kind));
  }

  it(`so many requests find a rotation that lets the old key go while it is still used`, async (t) => {
    const { ours, google, certificates, load, reload, settings } = await loaded(t, 'jwe');
    await load.step();
    await reload(settings([at(ours, 1)], [at(google, 0)], at(certificates, 0)));
    await load.step();
    await load.stop();
    assert.notDeepEqual(load.failures, []);
  });
});

async function rotateUnderLoad(t: TestContext, kind: SealingKind): Promise<void> {
  const { ours, google, certificates, codec, load, reload, settings } = await loaded(t, kind);
  for (let steps = 0; steps < QUIET_STEPS; steps += 1) await load.step();
  const quiet = load.latencies;
  load.latencies = [];
  for (let turn = 0; turn < ROTATIONS; turn += 1) {
    const [ourOld, ourNew] = [at(ours, turn), at(ours, turn + 1)];
    const [googleOld, googleNew] = [at(google, turn), at(google, turn + 1)];
    const certificate = at(certificates, turn + 1);
    const before = at(certificates, turn);
    // Each side can open what is sealed to its new key before the other side hears of it, and is trusted with its
    // new signature before it signs with it.
    await reload(settings([ourOld, onlyDecrypting(ourNew)], [googleOld], before));
    await load.step();
    await codec.replaceKeys({ ours: [googleOld, onlyDecrypting(googleNew)], google: [ourOld, ourNew] });
    await load.step();
    await reload(settings([ourOld, ourNew], [googleOld, googleNew], certificate));
    await load.step();
    await codec.replaceKeys({ ours: [googleOld, googleNew], google: [ourOld, ourNew] });
    await load.step();
    // What is on its way may still need an old key of ours: it retires, with grace, before it goes.
    await reload(settings([ourOld, ourNew], [googleOld, googleNew], certificate, [ourOld]));
    await codec.replaceKeys({ ours: [googleOld, googleNew], google: [ourNew] });
    await load.step();
    await reload(settings([ourOld, ourNew], [googleOld, googleNew], certificate, [ourOld, googleOld]));
    await codec.replaceKeys({ ours: [googleNew], google: [ourNew] });
    await load.step();
  }
  await load.stop();
  const { sent, leftOut, failures, certificatesSeen } = load;
  const [quietP99, p99] = [percentile99(quiet), percentile99(load.latencies)];
  t.diagnostic(
    `${kind}: ${sent} requests, ${leftOut} more left out, p99 ${quietP99} ms before and ${p99} ms during the rotations`,
  );
  assert.deepEqual(failures, []);
  assert.ok(p99 < Math.max(2 * quietP99, P99_NOISE_MS), `p99 ${quietP99} ms, then ${p99} ms`);
  assert.equal(certificatesSeen.size, Math.min(2, ROTATIONS + 1));
}

const at = <T>(all: readonly T[], turn: number): T => all[turn % all.length] ?? assert.fail();

/** A server under load with the first of its keys and certificates, until the test ends. */
async function loaded(t: TestContext, kind: SealingKind) {
  const three = () => Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
  const [ours, google] = await Promise.all([three(), three()]);
  const issuer = makeCertificate({ kind: 'ec', name: 'issuer' });
  const certificates = [0, 1].map(() => makeCertificate({ kind: 'ec', issuer }));
  const settings = (
    ourKeys: readonly TestKey[],
    googleKeys: readonly TestKey[],
    certificate: TestCertificate,
    retired: readonly TestKey[] = [],
  ) => ({
    'http.tls': {
      certificates: [{ certificate: { value: certificate.certificate }, key: { value: certificate.key } }],
    },
    [`payload.${kind}`]: sealingSettings(ourKeys, googleKeys, retired),
  });
  const first = settings([at(ours, 0)], [at(google, 0)], at(certificates, 0));
  const app = await startApplication({ settings: first });
  const codec = await startGoogleCodec(kind, at(google, 0), at(ours, 0));
  const load = new Load(app.methodsUrl, codec, issuer.certificate);
  t.after(async () => {
    await load.stop();
    await codec.close();
    await app.stop();
  });
  const { dataDirectory } = app;
  const reload = (next: Readonly<Record<string, unknown>>) =>
    app.application.reload(loadConfig({ env: {}, overrides: { ...TEST_SETTINGS, dataDirectory, ...next } }));
  return { ours, google, certificates, codec, load, reload, settings };
}

function percentile99(latencies: readonly number[]): number {
  const sorted = [...latencies].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}

/** Calls echo at an even pace. */
class Load {
  readonly #codec: PayloadCodec;
  readonly #url: URL;
  readonly #ca: string;
  readonly #kept: Agent;
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  readonly failures: string[] = [];
  readonly certificatesSeen = new Set<string>();
  /** Of the calls since it was last emptied. */
  latencies: number[] = [];
  sent = 0;
  leftOut = 0;
  #places = IN_FLIGHT_MAX;
  #due = 0;

  constructor(methodsUrl: string, codec: PayloadCodec, ca: string) {
    this.#codec = codec;
    this.#url = new URL(`${methodsUrl}/v1/echo`);
    this.#ca = ca;
    this.#kept = new Agent({ keepAlive: true, ca, servername: 'localhost' });
    this.#timer = setInterval(() => this.#sendWhatIsDue(), 10);
  }

  /** When enough requests were sent since, and all that was on its way has arrived. */
  async step(): Promise<void> {
    const enough = this.sent + SEEN_MIN;
    await until(() => this.sent >= enough);
    await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    this.#kept.destroy();
  }

  /** What is due and finds no place is left out, not sent later: a busy machine shall not make a queue. */
  #sendWhatIsDue(): void {
    const due = Math.floor(((performance.now() - this.#startedAt) * RATE_PER_SECOND) / 1000);
    for (; this.#due < due; this.#due += 1) {
      if (this.#running.size >= this.#places) {
        this.leftOut += 1;
        continue;
      }
      const running: Promise<void> = this.#send(this.#due).catch((error: Error) => {
        this.failures.push(error.message);
      });
      this.sent += 1;
      this.#running.add(running);
      void running.finally(() => this.#running.delete(running));
    }
  }

  async #send(number: number): Promise<void> {
    const clientMessage = `message ${number}`;
    const startedAt = performance.now();
    const sealed = await this.#codec.seal(requestOf(`load-${number}`, { clientMessage }));
    const { status, body } = await this.#post(sealed, number % 4 === 0);
    const opened = await this.#codec.open(body);
    const tookMs = performance.now() - startedAt;
    this.latencies.push(tookMs);
    this.#places =
      tookMs > SLOW_ANSWER_MS ? Math.ceil(this.#places / 2) : Math.min(this.#places + 1, IN_FLIGHT_MAX);
    if (opened.kind !== 'opened') throw new Error(`${number}: ${status}, ${opened.kind}`);
    const answer = JSON.parse(Buffer.from(opened.payload).toString('utf8'));
    if (status !== 200 || answer.clientMessage !== clientMessage) {
      throw new Error(`${number}: ${status} ${JSON.stringify(answer)}`);
    }
  }

  /** `fresh`: on a connection of its own, with a handshake of its own. */
  #post(body: Uint8Array, fresh: boolean): Promise<{ status: number; body: Uint8Array }> {
    const headers = { 'content-type': this.#codec.contentType };
    const agent = fresh ? false : this.#kept;
    const options = { method: 'POST', headers, agent, ca: this.#ca, servername: 'localhost' };
    return new Promise((resolve, reject) => {
      const sending = request(this.#url, options, (response) => {
        const { socket } = response;
        // A resumed session shows none.
        const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
        if (certificate) this.certificatesSeen.add(certificate.fingerprint256);
        buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject);
      });
      sending.on('error', reject);
      sending.end(body);
    });
  }
}
