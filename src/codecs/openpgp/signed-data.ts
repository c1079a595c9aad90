import { BodyRefused } from '../body-fault.ts';
import { inflatePacket } from './compression.ts';
import { readPackets, TAG } from './packets.ts';

/** Of what a compressed message inflates to. A request has about a thousand bytes. */
const INFLATED_BYTES_MAX = 256 * 1024;

export interface SignedData {
  readonly data: Buffer;
  readonly signatures: readonly Buffer[];
}

/**
 * Literal data and the signatures over it, in one of the two orders there are, compressed or not. Throws `BodyRefused`.
 * Nothing is verified yet.
 */
export function readSignedData(plain: Buffer): SignedData {
  let packets = readPackets(plain);
  const [outer, beside] = packets ?? [];
  if (outer?.tag === TAG.compressed && !beside) {
    const inflated = inflatePacket(outer.body, INFLATED_BYTES_MAX);
    if (!inflated) throw new BodyRefused('compression');
    packets = readPackets(inflated);
  }
  const tags = (packets ?? []).map(({ tag }) => tag);
  const at = tags.indexOf(TAG.literal);
  const literal = packets?.[at];
  const before = tags.slice(0, Math.max(at, 0));
  const after = tags.slice(at + 1);
  const announced =
    before.every((tag) => tag === TAG.onePassSignature) &&
    after.every((tag) => tag === TAG.signature) &&
    before.length === after.length;
  const prefixed = before.every((tag) => tag === TAG.signature) && after.length === 0;
  const data = literal && readLiteral(literal.body);
  // Announcements alone are what is left of a signature that somebody took away. [PGP-4]
  const unsigned = tags.every((tag) => tag === TAG.onePassSignature || tag === TAG.literal);
  if (data && unsigned && after.length === 0) throw new BodyRefused('unsigned');
  if (!packets || !data || !(announced || prefixed)) throw new BodyRefused('inner-structure');
  // Which announcement belongs to which signature doesn't matter: the signature alone says what it signs.
  return { data, signatures: packets.filter(({ tag }) => tag === TAG.signature).map(({ body }) => body) };
}

/** Formats of literal data: binary, text, UTF-8. The bytes are taken as they are. */
const LITERAL_FORMATS: ReadonlySet<number> = new Set([0x62, 0x74, 0x75]);

function readLiteral(body: Buffer): Buffer | undefined {
  const start = 2 + (body[1] ?? 0) + 4;
  return LITERAL_FORMATS.has(body[0] ?? 0) && start <= body.length ? body.subarray(start) : undefined;
}
