import assert from 'node:assert/strict';
import { BodyRefused } from '../../src/codecs/body-fault.ts';
import { splitCompact } from '../../src/codecs/jose/compact.ts';
import { decryptContent } from '../../src/codecs/jose/content-encryption.ts';
import { readJoseHeader } from '../../src/codecs/jose/header.ts';
import { openJwe } from '../../src/codecs/jose/jwe-open.ts';
import { openJws } from '../../src/codecs/jose/jws-open.ts';
import { KeyRing } from '../../src/codecs/keys/key-ring.ts';
import { cbcParts, encode, encodeHeader, forgeJwe, forgeJws } from '../codecs/jose/forge.ts';
import { keyOf, NESTED, NOW_MS, readRing } from '../codecs/jose/jwe-vectors.ts';
import type { FuzzTarget } from './fuzz.ts';

const google = await readRing(['google'], ['own']);
const jws = forgeJws({ alg: 'RS256', kid: 'google-sig' }, 'what was signed', keyOf(google, 'sign').key);
const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc', cty: 'JWT' };
const jwe = forgeJwe(header, jws, keyOf(google, 'encrypt').key);
const noKeys = new KeyRing<never>([], 0);

const CEK = Buffer.alloc(32, 7);
const CBC_HEADER = encodeHeader({ alg: 'RSA1_5', enc: 'A128CBC-HS256' });
const cbc = [CBC_HEADER, encode('key'), ...cbcParts(CBC_HEADER, Buffer.from('what was encrypted'), CEK)].join(
  '.',
);

const HEADERS = [
  JSON.stringify(header),
  '{"alg":"RS256","kid":"google-sig","iat":1795000000}',
  ' { "alg" : "PS256" , "typ":"JOSE", "b":-1.5e3, "c":null, "d":"\\u00e9\\n" } ',
];
const MEMBERS = [
  '"alg":"none",',
  '"crit":["b64"],',
  '"zip":"DEF",',
  '"\\u0061lg":"RS256",',
  ',"alg":"HS256"',
  '\\u',
  '[',
  '{',
];

/** Everything that reads JOSE before RSA. */
export const joseTargets: readonly FuzzTarget[] = [
  splittingTarget(splitCompact),
  { name: 'JOSE headers', read: readHeaderBeside, corpus: HEADERS.map(bytes), words: MEMBERS },
  {
    name: 'JWE without keys',
    read: (input) => refusalOf(() => openJwe(input, noKeys, NESTED, NOW_MS), 'not-for-us'),
    corpus: [bytes(jwe)],
    words: ['.', 'eyJ', '\n'],
  },
  {
    name: 'JWS without keys',
    read: (input) => refusalOf(() => openJws(input.toString('latin1'), noKeys, NOW_MS), 'unknown-signer'),
    corpus: [bytes(jws)],
    words: ['.', 'eyJ'],
  },
  { name: 'JWE content of the older edition', read: readContent, corpus: [bytes(cbc)] },
];

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Whatever splits a compact serialization, beside a reader that has each part written anew. */
export function splittingTarget(split: typeof splitCompact): FuzzTarget {
  return {
    name: 'JOSE compact serialization',
    read: (input) => splitBeside(split, input),
    corpus: [jwe, jws].map(bytes),
    words: ['.', '..', '=', 'AA'],
  };
}

function splitBeside(split: typeof splitCompact, input: Buffer): unknown {
  const text = input.toString('latin1');
  const parts = split(text, 5) ?? split(text, 3);
  const all = text.split('.');
  const rewritten = all.map((part) => Buffer.from(part, 'base64url').toString('base64url')).join('.');
  const good = (all.length === 5 || all.length === 3) && !all.includes('') && rewritten === text;
  assert.equal(parts?.join('.'), good ? text : undefined, 'two readers differ');
  return parts;
}

/** Beside `JSON.parse`: what we take means the same to it. */
function readHeaderBeside(input: Buffer): unknown {
  const read = readJoseHeader(input.toString('base64url'));
  if (read === undefined) return undefined;
  assert.deepEqual(Object.fromEntries(read), JSON.parse(input.toString('utf8')), 'two readers differ');
  const strings = input.toString('latin1').match(/"(?:[^"\\]|\\.)*"\s*:?/g) ?? [];
  assert.equal(strings.filter((text) => text.endsWith(':')).length, read.size, 'a name stands there twice');
  assert.ok(
    !['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c'].some((name) => read.has(name)),
    'a bad member was taken',
  );
  return read;
}

/** How far a message got without a key: up to the choice of one, or less. */
function refusalOf(open: () => unknown, farthest: string): BodyRefused | undefined {
  try {
    open();
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error;
    return error.reason === farthest ? error : undefined;
  }
  throw new Error('a message was opened without a key');
}

/** The key is known to whoever changes the text; what the tag covers can't be changed all the same. */
function readContent(input: Buffer): Buffer | undefined {
  const parts = splitCompact(input.toString('latin1'), 5);
  const content = parts && decryptContent(parts, 'A128CBC-HS256', () => CEK);
  const covered = (text: readonly string[]) => text.toSpliced(1, 1).join('.');
  assert.ok(!parts || !content || covered(parts) === covered(cbc.split('.')), 'a forgery was taken');
  return content;
}
