/**
 * Rounds a second of the JWE codec, against the same done straight with the JOSE library and against the RSA
 * operations in it done bare. One round opens a request and seals an answer: two private and two public operations.
 *
 *   node benchmarks/jwe-codec.ts [turns = 5] [ms a turn = 1000]
 */
import { constants, privateDecrypt, publicEncrypt, randomBytes, sign, verify } from 'node:crypto';
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from 'jose';
import { JweCodec } from '../src/codecs/jose/codec.ts';
import { openJwe } from '../src/codecs/jose/jwe-open.ts';
import { sealJwe } from '../src/codecs/jose/jwe-seal.ts';
import type { Clock } from '../src/ports/clock.ts';
import { keyOf, NESTED, NOW_MS, REQUEST, readRing } from '../test/codecs/jose/jwe-vectors.ts';
import { runContest } from './contest.ts';

const ring = await readRing(['own'], ['google']);
const request = await sealJwe(REQUEST, await readRing(['google'], ['own']), NESTED, NOW_MS);
const clock: Clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };

const decryptKey = keyOf(ring, 'decrypt').key;
const signKey = keyOf(ring, 'sign').key;
const verifyKey = keyOf(ring, 'verify').key;
const encryptKey = keyOf(ring, 'encrypt').key;

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
const secret = randomBytes(32);
const encrypted = publicEncrypt({ key: decryptKey, ...OAEP }, secret);
const signature = sign('sha256', REQUEST, keyOf(await readRing(['google'], ['own']), 'sign').key);

function bareRound(): void {
  privateDecrypt({ key: decryptKey, ...OAEP }, encrypted);
  if (!verify('sha256', REQUEST, verifyKey, signature)) throw new Error('the signature is wrong');
  sign('sha256', REQUEST, signKey);
  publicEncrypt({ key: encryptKey, ...OAEP }, secret);
}

async function joseRound(): Promise<void> {
  const { plaintext } = await compactDecrypt(request, decryptKey);
  const { payload } = await compactVerify(plaintext, verifyKey);
  const jws = await new CompactSign(payload)
    .setProtectedHeader({ alg: 'RS256', kid: 'own-sig' })
    .sign(signKey);
  await new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'google-enc', cty: 'JWT' })
    .encrypt(encryptKey);
}

async function threadlessRound(): Promise<void> {
  await sealJwe(await openJwe(request, ring, NESTED, NOW_MS), ring, NESTED, NOW_MS);
}

async function codecRound(codec: JweCodec): Promise<void> {
  const opened = await codec.open(request);
  if (opened.kind !== 'opened') throw new Error(`the request is ${opened.kind}`);
  await codec.seal(opened.payload);
}

const [one, two] = await Promise.all(
  [1, 2].map((threads) => JweCodec.start({ ring, rules: NESTED, clock, threads, waitingMax: 64 })),
);
if (!one || !two) throw new Error('a codec did not start');
const atOnce = [1, 16].flatMap((clients) => [
  { name: 'straight on jose', clients, round: joseRound },
  { name: 'codec in the same thread', clients, round: threadlessRound },
  { name: 'codec, 1 thread', clients, round: () => codecRound(one) },
  { name: 'codec, 2 threads', clients, round: () => codecRound(two) },
]);
await runContest('RSA-2048', [{ name: 'bare RSA', clients: 1, round: bareRound }, ...atOnce], {
  turns: Number(process.argv[2] ?? 5),
  turnMs: Number(process.argv[3] ?? 1000),
});
await Promise.all([one.close(), two.close()]);
