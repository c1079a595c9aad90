/**
 * Rounds a second of the OpenPGP codec, against the RSA operations in it done bare and against OpenPGP.js. One round
 * opens a request and seals an answer: two private and two public RSA operations. All contenders take turns in the
 * same process; the figures are medians over the turns.
 *
 *   node benchmarks/pgp-codec.ts [turns = 5] [ms a turn = 1000]
 */
import { constants, privateDecrypt, publicEncrypt, randomBytes, sign, verify } from 'node:crypto';
import { cpus } from 'node:os';
import { createMessage, decrypt, encrypt, readKey, readMessage, readPrivateKey } from 'openpgp';
import { openMessage, sealMessage } from '../src/codecs/openpgp-message.ts';
import { PgpCodec } from '../src/codecs/pgp.ts';
import type { Clock } from '../src/ports/clock.ts';
import { keyBytes, NOW_MS, REQUEST, readMirroredRing, readRing } from '../test/codecs/pgp-vectors.ts';

const turns = Number(process.argv[2] ?? 5);
const turnMs = Number(process.argv[3] ?? 1000);

const own = ['own-2048'];
const peer = ['peer-2048'];
const ring = await readRing(own, peer);
const request = sealMessage(REQUEST, await readMirroredRing(own, peer), NOW_MS, false);
const clock: Clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };

function keyFor(purpose: string) {
  const found = ring.keys.find((key) => key.purpose === purpose);
  if (!found) throw new Error(`the test keys have none to ${purpose}`);
  return found.key;
}
const bareKeys = [keyFor('decrypt'), keyFor('sign'), keyFor('verify'), keyFor('encrypt')] as const;
const bareSecret = randomBytes(35);
const bareEncrypted = publicEncrypt({ key: bareKeys[0], padding: constants.RSA_PKCS1_PADDING }, bareSecret);
const bareSignature = sign('sha384', REQUEST, bareKeys[1]);

function bareRound(): void {
  const [decryptKey, signKey, verifyKey, encryptKey] = bareKeys;
  privateDecrypt({ key: decryptKey, padding: constants.RSA_PKCS1_PADDING }, bareEncrypted);
  verify('sha384', REQUEST, verifyKey, bareSignature);
  sign('sha384', REQUEST, signKey);
  publicEncrypt({ key: encryptKey, padding: constants.RSA_PKCS1_PADDING }, bareSecret);
}

const text = (name: string) => keyBytes(name).toString('latin1');
const ownKey = await readPrivateKey({ armoredKey: text('own-2048.secret') });
const peerKey = await readKey({ armoredKey: text('peer-2048.public') });
const date = new Date(NOW_MS);

async function openpgpRound(): Promise<void> {
  const binaryMessage = new Uint8Array(Buffer.from(Buffer.from(request).toString('latin1'), 'base64url'));
  const message = await readMessage({ binaryMessage });
  const options = { decryptionKeys: ownKey, verificationKeys: peerKey, expectSigned: true, date } as const;
  const { data, signatures } = await decrypt({ message, ...options, format: 'binary' });
  await signatures[0]?.verified;
  const answer = await createMessage({ binary: data });
  await encrypt({ message: answer, encryptionKeys: peerKey, signingKeys: ownKey, format: 'binary', date });
}

async function codecRound(codec: PgpCodec): Promise<void> {
  const opened = await codec.open(request);
  if (opened.kind !== 'opened') throw new Error(`the request is ${opened.kind}`);
  await codec.seal(opened.payload);
}

interface Contender {
  readonly name: string;
  readonly clients: number;
  readonly round: () => unknown;
}

const one = await PgpCodec.start({ ring, clock, threads: 1, waitingMax: 64 });
const two = await PgpCodec.start({ ring, clock, threads: 2, waitingMax: 64 });
const contenders: readonly Contender[] = [
  { name: 'bare RSA', clients: 1, round: bareRound },
  {
    name: 'codec in the same thread',
    clients: 1,
    round: () => sealMessage(openMessage(request, ring, NOW_MS), ring, NOW_MS, false),
  },
  { name: 'codec, 1 thread', clients: 1, round: () => codecRound(one) },
  { name: 'codec, 1 thread', clients: 16, round: () => codecRound(one) },
  { name: 'codec, 2 threads', clients: 1, round: () => codecRound(two) },
  { name: 'codec, 2 threads', clients: 16, round: () => codecRound(two) },
  { name: 'OpenPGP.js', clients: 1, round: openpgpRound },
  { name: 'OpenPGP.js', clients: 16, round: openpgpRound },
];

interface Turn {
  readonly perSecond: number;
  readonly p50Ms: number;
}

async function takeTurn({ clients, round }: Contender): Promise<Turn> {
  const durations: number[] = [];
  const start = performance.now();
  const client = async () => {
    while (performance.now() - start < turnMs) {
      const before = performance.now();
      await round();
      durations.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { perSecond: (durations.length * 1000) / (performance.now() - start), p50Ms: median(durations) };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

const results = contenders.map(() => [] as Turn[]);
for (const contender of contenders) await takeTurn(contender);
for (let turn = 0; turn < turns; turn += 1) {
  for (const [at, contender] of contenders.entries()) results[at]?.push(await takeTurn(contender));
}
console.log(`Node ${process.version}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model}, RSA-2048`);
let floor: number | undefined;
for (const [at, { name, clients }] of contenders.entries()) {
  const perSecond = median((results[at] ?? []).map((turn) => turn.perSecond));
  const p50Ms = median((results[at] ?? []).map((turn) => turn.p50Ms));
  floor ??= perSecond;
  const label = `${name}, ${clients} client${clients > 1 ? 's' : ''}`.padEnd(38);
  const ratio = `${(perSecond / floor).toFixed(2)} × bare`.padStart(14);
  console.log(
    `${label}${perSecond.toFixed(0).padStart(6)} rounds/s${ratio}${p50Ms.toFixed(2).padStart(8)} ms p50`,
  );
}
await Promise.all([one.close(), two.close()]);
