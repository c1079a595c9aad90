/**
 * Rounds a second of the OpenPGP codec, against the RSA operations in it done bare and against OpenPGP.js. One round
 * opens a request and seals an answer: two private and two public RSA operations. All contenders take turns in the
 * same process; the figures are medians over the turns.
 *
 *   node benchmarks/pgp-codec.ts [turns = 5] [ms a turn = 1000]
 */
import { constants, privateDecrypt, publicEncrypt, randomBytes, sign, verify } from 'node:crypto';
import { createMessage, decrypt, encrypt, readKey, readMessage, readPrivateKey } from 'openpgp';
import { PgpCodec } from '../src/codecs/openpgp/codec.ts';
import { openMessage, sealMessage } from '../src/codecs/openpgp/message.ts';
import type { Clock } from '../src/ports/clock.ts';
import { keyBytes, NOW_MS, REQUEST, readMirroredRing, readRing } from '../test/codecs/openpgp/vectors.ts';
import { type Contender, runContest } from './contest.ts';

const turns = Number(process.argv[2] ?? 5);
const turnMs = Number(process.argv[3] ?? 1000);

const ours = ['own-2048'];
const google = ['peer-2048'];
const ring = await readRing(ours, google);
const request = sealMessage(REQUEST, await readMirroredRing(ours, google), NOW_MS, false);
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

await runContest('RSA-2048', contenders, { turns, turnMs });
await Promise.all([one.close(), two.close()]);
