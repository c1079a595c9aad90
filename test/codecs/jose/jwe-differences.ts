import * as jose4 from 'jose4';
import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import type { Draw } from '../openpgp/mutations.ts';
import { encode, encodeHeader, forgeJwe, forgeJws, type Header } from './forge.ts';
import { keyOf, NESTED, REQUEST, readRing, tryOpen } from './jwe-vectors.ts';

const ring = await readRing(['own'], ['google']);
const googleRing = await readRing(['google'], ['own']);
const strangerRing = await readRing(['stranger'], ['own']);
const recipient = keyOf(googleRing, 'encrypt').key;
const signers = [googleRing, googleRing, googleRing, strangerRing].map((sender) => keyOf(sender, 'sign').key);

/** What a header may say beside or instead of the right thing. */
const MEMBERS: readonly (readonly [string, unknown])[] = [
  ['alg', 'RS256'],
  ['alg', 'PS256'],
  ['alg', 'HS256'],
  ['alg', 'none'],
  ['alg', 'RSA-OAEP'],
  ['alg', 'dir'],
  ['enc', 'A128GCM'],
  ['enc', undefined],
  ['kid', 'own-enc'],
  ['kid', 'google-sig'],
  ['kid', 'other'],
  ['kid', undefined],
  ['typ', 'JWT'],
  ['typ', 'JOSE+JSON'],
  ['cty', 'JWT'],
  ['cty', 'json'],
  ['cty', 7],
  ['zip', 'DEF'],
  ['crit', ['exp']],
  ['crit', []],
  ['b64', true],
  ['jwk', { kty: 'oct', k: 'AAAA' }],
  ['x5t', 'AAAA'],
  ['iat', 1],
  ['note', 'ä'],
  ['note', 'a\\b"c'],
  ['list', [1, 2]],
];

function drawHeader(draw: Draw, header: Readonly<Record<string, unknown>>): Header {
  if (draw.below(4) > 0) return header;
  const [name, value] = draw.of(MEMBERS);
  const changed = JSON.stringify({ ...header, [name]: value });
  switch (draw.below(8)) {
    case 0:
      return ` ${changed} `;
    case 1:
      return changed.replace('}', ',"alg":"RS256"}');
    case 2:
      return changed.replace('"alg"', '"\\u0061lg"');
    default:
      return changed;
  }
}

/** The same text, or one that a careless reader may take for it. */
function drawText(draw: Draw, text: string): string {
  const at = draw.below(text.length);
  const parts = text.split('.');
  const part = draw.below(parts.length);
  const other = draw.below(parts.length);
  const character = draw.of([...'AQgw_-+/=. \n\0é']);
  switch (draw.below(32)) {
    case 0:
      return text.slice(0, at) + character + text.slice(at);
    case 1:
      return text.slice(0, at) + character + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at + 1);
    case 3:
      return text + character;
    case 4:
      return parts.toSpliced(part, 1).join('.');
    case 5:
      return parts.toSpliced(other, 0, parts[part] ?? '').join('.');
    case 6:
      return parts.with(part, parts[other] ?? '').join('.');
    case 7:
      return text.slice(0, at);
    case 8:
      return parts.with(part, '').join('.');
    default:
      return text;
  }
}

function drawBody(draw: Draw): string {
  const signer = draw.of(signers);
  const jws = forgeJws(drawHeader(draw, { alg: 'RS256', kid: 'google-sig' }), REQUEST, signer);
  const contents = [
    REQUEST.toString(),
    encode(REQUEST),
    `${encodeHeader({ alg: 'none' })}.${encode(REQUEST)}.`,
  ];
  const content = draw.below(10) === 0 ? draw.of(contents) : drawText(draw, jws);
  const header = drawHeader(draw, { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'own-enc' });
  const jwe = forgeJwe(header, content, recipient);
  return draw.below(10) === 0 ? jws : drawText(draw, jwe);
}

/** How the key of a name is found for a header. */
type FindKey = (name: string, key: jose4.KeyLike) => (header: { readonly kid?: unknown }) => jose4.KeyLike;

const byName: FindKey =
  (name, key) =>
  ({ kid }) => {
    if (kid === undefined || kid === name) return key;
    throw new Error('no key has that name');
  };

/** What the other library makes of a body, given the same keys. `undefined`: it refuses. */
export async function openWithJose4(body: string, findKey: FindKey = byName): Promise<Buffer | undefined> {
  try {
    const { plaintext } = await jose4.compactDecrypt(
      body.replace(/\n$/, ''),
      findKey('own-enc', keyOf(ring, 'decrypt').key),
      { keyManagementAlgorithms: ['RSA-OAEP-256'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
    const verified = await jose4.compactVerify(plaintext, findKey('google-sig', keyOf(ring, 'verify').key), {
      algorithms: ['RS256'],
    });
    return Buffer.from(verified.payload);
  } catch {
    return undefined;
  }
}

export interface Differences {
  opened: number;
  refused: number;
  /** Refused by us alone, by reason: where our profile is narrower. */
  readonly narrower: Map<BodyFault, number>;
  /** Opened by us alone, or with another payload. */
  readonly unexplained: string[];
}

/** The reasons for which we refuse what another careful reader accepts: spellings and markers, never cryptography. */
const EXPLAINED: readonly BodyFault[] = ['encoding', 'outer-structure', 'unsigned', 'signature-format'];

/** What we make of a body: what was opened, or why it is refused. */
const openOurs = (body: string): Promise<Buffer | BodyFault> => tryOpen(body, ring, NESTED);

export async function compareVerdicts(draw: Draw, count: number, open = openOurs): Promise<Differences> {
  const differences: Differences = { opened: 0, refused: 0, narrower: new Map(), unexplained: [] };
  for (let at = 0; at < count; at += 1) {
    const body = drawBody(draw);
    const ours = await open(body);
    const theirs = await openWithJose4(body);
    const { narrower, unexplained } = differences;
    if (typeof ours === 'string') {
      if (theirs === undefined) differences.refused += 1;
      else if (EXPLAINED.includes(ours)) narrower.set(ours, (narrower.get(ours) ?? 0) + 1);
      else unexplained.push(`${ours}: ${body}`);
    } else if (theirs?.equals(ours)) differences.opened += 1;
    else unexplained.push(`opened by us alone: ${body}`);
  }
  return differences;
}
