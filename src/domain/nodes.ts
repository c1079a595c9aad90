import type { Meeting, NodeReport, NodeTraits, OtherNode } from '../ports/otp-store/nodes.ts';

/** Whether a server can work beside the others on its store. */
export interface NodeJudgement {
  /** Why requests of others would fail at it, or its own at others, with what to do. `undefined`: it fits. */
  readonly misfit: string | undefined;
  /** Why its clock must be wrong. `undefined`: it agrees, or nobody knows whose is wrong. */
  readonly wrongClock: string | undefined;
  readonly warnings: readonly string[];
}

/** From here on an operator should look after it. */
const OFF_MS = 1000;
/** Half of what Google's timestamps may differ from the clock that compares them. [HDR-4] */
const WRONG_MS = 30_000;

/** `heldKeys`: fingerprints of all keys that it has to open bodies, in use or not. Pure. */
export function judgeNode(
  own: NodeReport,
  heldKeys: ReadonlySet<string>,
  { others, unreadable, digests }: Meeting,
): NodeJudgement {
  const misfits = others
    // One that missed a rotation doesn't know yet that it is in the wrong.
    .filter(({ wasFirst, traits }) => wasFirst && traits.digests === own.traits.digests)
    .flatMap((other) => [
      ...codeMisfits(own.traits, other),
      ...missingKeys(heldKeys, other).map(
        (key) =>
          `payload lacks the ${key}, which ${called(other)} opens bodies with: add it here; or give it a retiresAt there, ` +
          'and leave it out after that',
      ),
    ]);
  if (digests !== undefined && digests !== own.traits.digests) {
    misfits.unshift(
      'digests.secret is not the one that the store goes with by now: put that one here, and start again',
    );
  }
  return {
    misfit: misfits[0],
    wrongClock: wrongClock(own, others),
    warnings: [
      ...clockWarnings(own),
      ...unreadable.map(
        (name) => `what the server ${name} tells of itself makes no sense: see its row of node`,
      ),
      ...others.flatMap((other) => warningsAbout(own, heldKeys, other)),
    ],
  };
}

function codeMisfits(own: NodeTraits, other: OtherNode): readonly string[] {
  const theirs = other.traits;
  const changed = Object.keys(own.codes).filter(
    (id) => (theirs.codes[id] ?? own.codes[id]) !== own.codes[id],
  );
  const misfits = changed.map(
    (id) =>
      `codes.secrets has another secret under the id ${id} than ${called(other)}: give one of them another id`,
  );
  if (own.codes[theirs.activeCode] === undefined) {
    misfits.push(
      `codes.secrets lacks ${theirs.activeCode}, with which ${called(other)} makes codes: add it here, after the one ` +
        'in use',
    );
  }
  if (theirs.codes[own.activeCode] === undefined) {
    misfits.push(
      `codes.secrets has ${own.activeCode} first, which ${called(other)} lacks, so that codes made here would fail ` +
        'there: let it come second until all servers have it',
    );
  }
  return misfits;
}

function missingKeys(heldKeys: ReadonlySet<string>, { traits }: OtherNode): readonly string[] {
  return Object.entries(traits.openingKeys).flatMap(([fingerprint, key]) =>
    heldKeys.has(fingerprint) ? [] : [key],
  );
}

/** Only where most of the others agree with the database: else it may be the database. */
function wrongClock(own: NodeReport, others: readonly OtherNode[]): string | undefined {
  const agreeing = others.filter(({ clockAheadMs }) => Math.abs(clockAheadMs) <= WRONG_MS).length;
  if (Math.abs(own.clockAheadMs) <= WRONG_MS || agreeing * 2 <= others.length) return undefined;
  return `${clockOff(own)}, and other servers agree with the database: set it, by NTP`;
}

function clockWarnings(own: NodeReport): readonly string[] {
  return Math.abs(own.clockAheadMs) <= OFF_MS ? [] : [`${clockOff(own)}: let NTP set both`];
}

function clockOff({ clockAheadMs }: NodeReport): string {
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
  return `the machine's clock is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the database's`;
}

function warningsAbout(own: NodeReport, heldKeys: ReadonlySet<string>, other: OtherNode): readonly string[] {
  const settings = differingSettings(own, other);
  if (other.wasFirst) return settings;
  const keys = missingKeys(heldKeys, other).map(
    (key) => `${called(other)} opens bodies with the ${key}: add it here before Google gets it`,
  );
  return [...settings, ...keys];
}

/** Another version has other settings. */
function differingSettings(own: NodeReport, other: OtherNode): readonly string[] {
  if (own.version !== other.version) return [];
  const [ours, theirs] = [own.traits.settings, other.traits.settings];
  const paths = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return paths
    .filter((path) => ours[path] !== theirs[path])
    .map(
      (path) =>
        `${path} is ${ours[path] ?? 'not set'} here, and ${theirs[path] ?? 'not set'} at ${called(other)}`,
    );
}

function called({ name, version }: OtherNode): string {
  return `the server ${name} (version ${version})`;
}
