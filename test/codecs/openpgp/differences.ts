import type { BodyFault } from '../../../src/codecs/body-fault.ts';
import type { KeyRing } from '../../../src/codecs/keys/key-ring.ts';
import type { PgpKey } from '../../../src/codecs/openpgp/key.ts';
import { Draw, drawSample, type Sample, type Senders } from './mutations.ts';
import { PgpOracle } from './oracle.ts';
import { bodyOf, readMirroredRing, readRing, tryOpen } from './vectors.ts';

interface Difference {
  readonly name: string;
  readonly why: string;
  /** Our reasons to refuse; none: it is OpenPGP.js that refuses. */
  readonly ours: readonly BodyFault[];
  /** Changes one of which was made. */
  readonly changes: readonly string[];
  /** What OpenPGP.js says, where it refuses. */
  readonly theirs?: RegExp;
}

const SIGNATURE_REASONS: readonly BodyFault[] = [
  'unknown-signer',
  'signature-format',
  'signature-type',
  'weak-digest',
  'critical-subpacket',
  'signature-date',
  'wrong-signature',
];

/** Every way in which our verdict may differ from that of OpenPGP.js. All but the last two are refusals of ours. */
const DIFFERENCES: readonly Difference[] = [
  {
    name: 'strict armor',
    why: 'No junk around armor, none within, and a checksum that is there must be right.',
    ours: ['encoding'],
    changes: ['armor bit flipped'],
  },
  {
    name: 'compression that does not compress',
    why: 'Method 0 stores its packets as they are; the packets without it are the usual way to say so.',
    ours: ['compression'],
    changes: ['stored as compressed'],
  },
  {
    name: 'nothing but the message',
    why: 'Markers, unknown packets, compression twice and bytes behind the end are no part of what Google sends.',
    ours: ['inner-structure', 'outer-structure'],
    changes: [
      'compressed twice',
      ...['inner', 'outer'].flatMap((level) =>
        [
          'marker inserted',
          'unknown packet inserted',
          'bytes appended',
          'bit flipped',
          'packet doubled',
          'cut',
        ].map((change) => `${level} ${change}`),
      ),
    ],
  },
  {
    name: 'as many announcements as signatures',
    why: 'OpenPGP.js counts one-pass packets only while it streams.',
    ours: ['inner-structure'],
    changes: ['inner packet dropped', 'inner packet doubled', 'inner packets swapped'],
  },
  {
    name: 'digests from SHA-256 up',
    why: 'PGP-15; OpenPGP.js takes SHA-224.',
    ours: SIGNATURE_REASONS,
    changes: ['digest SHA-224'],
  },
  {
    name: 'signatures over bytes only',
    why: 'A signature over a text with its line ends changed would leave open which bytes were signed.',
    ours: SIGNATURE_REASONS,
    changes: ['text signature'],
  },
  {
    name: 'subpackets that contradict or are critical',
    why: 'Two dates, two issuers or a critical subpacket that is not understood: OpenPGP.js takes one of them, or knows it.',
    ours: SIGNATURE_REASONS,
    changes: ['subpacket', 'unhashed subpacket'],
  },
  {
    name: 'numbers have one spelling',
    why: 'A signature whose bit count is not exact is another message; OpenPGP.js reads it as the same.',
    ours: ['wrong-signature'],
    changes: ['signature edited', 'inner bit flipped'],
  },
  {
    name: 'encrypted session keys have one spelling',
    why: 'The same with their bit count: OpenPGP.js looks at the bytes that follow from it.',
    ours: ['not-for-us'],
    changes: ['outer bit flipped'],
  },
  {
    name: 'made for somebody else',
    why: 'A signature that names its recipients and not us was made to be read by others.',
    ours: ['other-recipient'],
    changes: ['subpacket'],
  },
  {
    name: 'a signature that OpenPGP.js can not read',
    why: 'PGP-3: unknown signatures do no harm. OpenPGP.js gives up on the whole message, or drops a good one for an odd subpacket.',
    ours: [],
    changes: [
      'no date',
      'version',
      'algorithm',
      'subpacket',
      'unhashed subpacket',
      'signature edited',
      'inner bit flipped',
      'inner cut',
    ],
    theirs: /Parsing SignaturePacket failed|Invalid enum value|no good signature/,
  },
  {
    name: 'another recipient that OpenPGP.js can not read',
    why: 'What is written for others protects nothing and is none of ours: a damaged one beside ours is passed over.',
    ours: [],
    changes: ['outer bit flipped'],
    theirs: /Parsing PublicKeyEncryptedSessionKeyPacket failed/,
  },
];

const MESSAGE_MS_MAX = 100;

export interface Tally {
  opened: number;
  refused: number;
  readonly explained: Map<string, number>;
  readonly unexplained: string[];
}

/** Opens messages drawn from a seed with our codec and with OpenPGP.js and compares. Same seed, same messages. */
export async function compareVerdicts(seed: number, count: number): Promise<Tally> {
  const ours = ['own-2048'];
  const google = ['peer-2048', 'peer-subkeys'];
  const ring = await readRing(ours, google);
  const oracle = await PgpOracle.with(ours, google);
  const senders: Senders = {
    known: await readMirroredRing(ours, google),
    strange: await readMirroredRing(['stranger'], ['stranger']),
  };
  const tally: Tally = { opened: 0, refused: 0, explained: new Map(), unexplained: [] };
  for (let at = 0; at < count; at += 1) {
    const sample = drawSample(new Draw(seed + at), senders);
    await compareOne(sample, ring, oracle, tally, `seed ${seed + at}`);
  }
  return tally;
}

async function compareOne(
  sample: Sample,
  ring: KeyRing<PgpKey>,
  oracle: PgpOracle,
  tally: Tally,
  name: string,
): Promise<void> {
  const body = bodyOf(sample.message);
  const open = () => tryOpen(body, ring);
  const ours = open();
  const theirs = await oracle.open(sample.message);
  const story = `${name}: ${sample.changes.join(', ') || 'unchanged'}`;
  // A second look tells a slow message from a busy machine.
  if (tookLong(open) && tookLong(open)) tally.unexplained.push(`${story} is slow`);
  if (Buffer.isBuffer(ours) && !ours.equals(sample.payload))
    tally.unexplained.push(`${story} opened to another text`);
  if (Buffer.isBuffer(ours) && Buffer.isBuffer(theirs)) {
    tally.opened += 1;
    if (!ours.equals(theirs)) tally.unexplained.push(`${story} opened to two texts`);
  } else if (!Buffer.isBuffer(ours) && !Buffer.isBuffer(theirs)) {
    tally.refused += 1;
  } else {
    const difference = DIFFERENCES.find((row) => explains(row, sample, ours, theirs));
    if (difference) tally.explained.set(difference.name, (tally.explained.get(difference.name) ?? 0) + 1);
    else tally.unexplained.push(`${story}: ours ${describe(ours)}, theirs ${describe(theirs)}`);
  }
}

function tookLong(open: () => unknown): boolean {
  const start = performance.now();
  open();
  return performance.now() - start > MESSAGE_MS_MAX;
}

function explains(
  row: Difference,
  sample: Sample,
  ours: Buffer | BodyFault,
  theirs: Buffer | string,
): boolean {
  if (!row.changes.some((change) => sample.changes.includes(change))) return false;
  if (!Buffer.isBuffer(ours)) return row.ours.includes(ours);
  return row.theirs !== undefined && !Buffer.isBuffer(theirs) && row.theirs.test(theirs);
}

function describe(verdict: Buffer | string): string {
  return Buffer.isBuffer(verdict) ? 'opened' : verdict;
}
