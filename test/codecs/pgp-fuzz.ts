import { readArmor, writeArmor } from '../../src/codecs/armor.ts';
import { decodeBase64Url } from '../../src/codecs/base64url.ts';
import { inflatePacket } from '../../src/codecs/openpgp-compression.ts';
import { readPackets, TAG } from '../../src/codecs/openpgp-packets.ts';
import { readRecipient } from '../../src/codecs/openpgp-session-key.ts';
import { readSignature } from '../../src/codecs/openpgp-signature.ts';
import { Draw } from './pgp-mutations.ts';
import { bodyOf, keyBytes, readVectors } from './pgp-vectors.ts';

const INPUT_MS_MAX = 100;
const INPUT_BYTES_MAX = 20_000;
const INFLATED_BYTES_MAX = 100_000;
const CORPUS_MAX = 500;

interface Target {
  readonly name: string;
  readonly read: (bytes: Buffer) => unknown;
  /** Inputs to change; those that were taken join them. */
  readonly corpus: Buffer[];
}

/** Everything that reads bytes of others before a signature was verified, with good inputs to begin from. */
function createTargets(): readonly Target[] {
  const messages = readVectors('accepted').map(({ message }) => readArmor(message) ?? message);
  // A certificate has packets and signatures with many kinds of subpackets in the clear.
  const certificate = readArmorOfKey(keyBytes('peer-subkeys.public'));
  const bodies = (tag: number) =>
    [...messages, certificate]
      .flatMap((bytes) => readPackets(bytes) ?? [])
      .flatMap((packet) => (packet.tag === tag ? [packet.body] : []));
  const inflate = (bytes: Buffer) => inflatePacket(bytes, INFLATED_BYTES_MAX);
  const deflated = Buffer.from('01cb48cdc9c95728cf2fca49010000', 'hex');
  return [
    { name: 'base64url', read: decodeBase64Url, corpus: messages.map(bodyOf) },
    { name: 'armor', read: readArmor, corpus: messages.map(writeArmor) },
    { name: 'packets', read: readPackets, corpus: [...messages, certificate] },
    { name: 'signature', read: readSignature, corpus: bodies(TAG.signature) },
    { name: 'recipient', read: readRecipient, corpus: bodies(TAG.sessionKey) },
    { name: 'compression', read: inflate, corpus: [deflated] },
  ];
}

export interface FuzzResult {
  /** How many inputs each reader took for good. */
  readonly taken: ReadonlyMap<string, number>;
  /** Something thrown, or more than 100 ms taken. */
  readonly faults: readonly string[];
}

/** Feeds changed and crossed inputs to all readers in turns. Same seed, same inputs. */
export function fuzzReaders(seed: number, count: number): FuzzResult {
  const draw = new Draw(seed);
  const targets = createTargets();
  const taken = new Map<string, number>();
  const faults: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { name, read, corpus } = targets[at % targets.length] ?? draw.of(targets);
    const input = change(draw, corpus);
    try {
      // A second look tells a slow reader from a busy machine.
      if (tookLong(read, input) && tookLong(read, input))
        faults.push(`${name} is slow at ${input.toString('hex')}`);
      if (read(input) === undefined) continue;
      taken.set(name, (taken.get(name) ?? 0) + 1);
      if (corpus.length < CORPUS_MAX) corpus.push(input);
      else corpus[draw.below(CORPUS_MAX)] = input;
    } catch (error) {
      faults.push(`${name} threw ${error} at ${input.toString('hex')}`);
    }
  }
  return { taken, faults };
}

function tookLong(read: (bytes: Buffer) => unknown, input: Buffer): boolean {
  const start = performance.now();
  read(input);
  return performance.now() - start > INPUT_MS_MAX;
}

function readArmorOfKey(key: Buffer): Buffer {
  const [, text = ''] = key.toString('latin1').split('\n\n');
  return Buffer.from(text.split('\n=')[0] ?? '', 'base64');
}

/** Cuts, repeats, crosses, inserts or overwrites, one to four times. */
function change(draw: Draw, corpus: readonly Buffer[]): Buffer {
  let bytes = Buffer.from(draw.of(corpus));
  for (let times = 1 + draw.below(4); times > 0; times -= 1) {
    const at = draw.below(bytes.length + 1);
    const to = at + draw.below(Math.min(bytes.length - at, 40) + 1);
    const before = bytes.subarray(0, at);
    switch (draw.below(7)) {
      case 0:
        bytes = Buffer.concat([before, bytes.subarray(to)]);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
        break;
      case 2:
        bytes = Buffer.concat([before, draw.of(corpus).subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([before, draw.bytes(draw.below(9)), bytes.subarray(at)]);
        break;
      default:
        if (at < bytes.length)
          bytes[at] = draw.of([0, 1, 0x7f, 0x80, 0xbf, 0xc0, 0xdf, 0xe0, 0xfe, 0xff, draw.below(256)]);
    }
  }
  return bytes.subarray(0, INPUT_BYTES_MAX);
}
