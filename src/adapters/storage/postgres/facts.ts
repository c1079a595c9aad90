import type { Challenge } from '../../../ports/challenge.ts';
import type {
  AttemptFacts,
  AttemptOrder,
  Block,
  Ceiling,
  Counted,
  IssueFacts,
  IssueOrder,
  RequestHistory,
} from '../../../ports/otp-store.ts';
import { type Standing, standingOf } from '../../../ports/standing.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { oldestBucket } from '../../../ports/windows.ts';
import { readAssociation } from '../rows/association-row.ts';
import {
  hasChallenge,
  type Row,
  readAge,
  readBlock,
  readChallenge,
  readInteger,
  readIssuedText,
  readOwnTexts,
  readRequestHistory,
  readRequestRecord,
} from '../rows/otp-rows.ts';
import type { Version } from './changes.ts';

/** Rows by window and subject. */
export type CountedCeilings = ReadonlyMap<string, Row>;

/** What an attempt is decided on; each `undefined` where there is none. */
export type AttemptRows = [request: Row | undefined, sendOtp: Row | undefined, association: Row | undefined];

/** What an issue is decided on. */
export interface IssueRead {
  /** The request as far as there is one, with what its account and its number are told. */
  readonly row: Row;
  /** Those that it asked for, and those of others. */
  readonly ceilings: CountedCeilings;
  readonly blocks: readonly Block[];
}

/** The challenge of a row that came with what may supersede it, as it reads at `nowMs`. `undefined`: it has none. */
export function challengeOf(row: Row | undefined, nowMs: number): Challenge | undefined {
  if (row === undefined || !hasChallenge(row)) return undefined;
  return readChallenge(row, standing(row, nowMs));
}

export function historyOf(row: Row): RequestHistory {
  return readRequestHistory(row, hasChallenge(row) ? standing(row, 0) : undefined);
}

function standing(row: Row, nowMs: number): Standing {
  return standingOf(readAge(row), () => listOf(row, 'newer').map((one) => readIssuedText(one as Row)), nowMs);
}

export function versionIn(row: Row, column: string): Version {
  const version = row[column];
  return version === null || version === undefined ? undefined : String(version);
}

/** Whether the request that was asked for is there, besides what was asked with it. */
export function isThere(row: Row | undefined): row is Row {
  return row !== undefined && row['request_id'] !== null;
}

/** `moreOf`: texts that are taken as counted under a ceiling, or as unverified, beyond those that are. */
export function issueFacts(
  { row, ceilings, blocks }: IssueRead,
  order: IssueOrder,
  moreOf: (ceiling: Ceiling) => number,
): IssueFacts {
  const own = isThere(row) ? row : undefined;
  const account = misstepsIn(row, 'account_missteps');
  const phoneNumber = misstepsIn(row, 'phone_number_missteps');
  return {
    request: own && readRequestRecord(own),
    challenge: challengeOf(own, order.nowMs),
    account: {
      texts: textsIn(row, 'account_texts'),
      refusedTexts: account('refused'),
      wrongCodes: account('wrong'),
      uncomparedCodes: account('uncompared'),
      exhaustions: account('exhausted'),
      seen: account('seen'),
    },
    phoneNumber: { texts: textsIn(row, 'phone_number_texts'), refusedTexts: phoneNumber('refused') },
    ownTexts: own === undefined ? [] : readOwnTexts(own),
    ceilingSends: order.ceilings.map((ceiling) => sendsOf(ceilings, ceiling, order.nowMs) + moreOf(ceiling)),
    guard: order.guard && {
      unverified: order.guard.unverified.map(
        (ceiling) => sendsOf(ceilings, ceiling, order.nowMs) + moreOf(ceiling),
      ),
      verified: () => order.guard?.verified.map((ceiling) => sendsOf(ceilings, ceiling, order.nowMs)) ?? [],
      blocks: order.guard.unverified.map(({ subject }) =>
        blocks.find((block) => block.subject === subject && block.untilMs > order.nowMs),
      ),
      numberVerified: () => row['verified_at_ms'] !== null && readInteger(row, 'verified_at_ms') >= 0,
    },
  };
}

export function blocksIn(row: Row): readonly Block[] {
  return listOf(row, 'blocks').map((one) => readBlock(one as Row));
}

export function ceilingsIn(row: Row): CountedCeilings {
  const entries = listOf(row, 'ceilings').map((one) => {
    const { subject, window_ms: windowMs } = one as Row;
    return [placeOf({ subject: String(subject), windowMs: Number(windowMs) }), one as Row] as const;
  });
  return new Map(entries);
}

export function placeOf({ subject, windowMs }: Ceiling): string {
  return `${windowMs} ${subject}`;
}

/** Texts that may lie within the window that ends at `nowMs`. */
export function sendsOf(ceilings: CountedCeilings, ceiling: Ceiling, nowMs: number): number {
  const oldest = oldestBucket(ceiling, nowMs);
  const counted = ceilings.get(placeOf(ceiling));
  if (counted === undefined) return 0;
  return countsIn(counted).reduce((sum, [part, sends]) => (part >= oldest ? sum + sends : sum), 0);
}

/** Parts of the window, and the texts in each. */
function countsIn(ceiling: Row): readonly (readonly [part: number, sends: number])[] {
  const { counts } = ceiling;
  if (typeof counts !== 'object' || counts === null || Array.isArray(counts)) throw senseless('counts');
  return Object.entries(counts).map(([part, sends]) => {
    if (!isCount(Number(part)) || !isCount(sends)) throw senseless('counts');
    return [Number(part), sends];
  });
}

/** How many texts were ever counted under it. */
export function raisedOf(ceilings: CountedCeilings, place: string): number {
  const counted = ceilings.get(place);
  return counted === undefined ? 0 : readInteger(counted, 'raised');
}

export function attemptFacts([request, row, associated]: AttemptRows, order: AttemptOrder): AttemptFacts {
  const record = request && readRequestRecord(request);
  const association = associated && readAssociation(associated);
  const challenge = challengeOf(row, order.nowMs);
  if (row === undefined || challenge?.challengeId !== order.challengeId) {
    return { request: record, challenge: undefined, wrongCodes: [], association };
  }
  const wrongCodes = misstepsIn(row, 'account_missteps')('wrong');
  return { request: record, challenge, wrongCodes, association };
}

function textsIn(row: Row, column: string): readonly Counted[] {
  return listOf(row, column).map((one) => countedIn(one as readonly unknown[], column));
}

export function misstepsIn(row: Row, column: string): (kind: string) => readonly Counted[] {
  const list = listOf(row, column) as readonly (readonly unknown[])[];
  return (kind) => list.filter(([own]) => own === kind).map(([, ...counted]) => countedIn(counted, column));
}

function countedIn([atMs, times]: readonly unknown[], column: string): Counted {
  if (!isCount(atMs) || !isCount(times)) throw senseless(column);
  return { atMs, times };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** A column that the statement makes as a list. NULL: an empty one. */
function listOf(row: Row, column: string): readonly unknown[] {
  const list = row[column];
  if (list === null || list === undefined) return [];
  if (Array.isArray(list)) return list;
  throw senseless(column);
}

function senseless(column: string): UnavailableError {
  return new UnavailableError('the database answers what makes no sense', {
    cause: new TypeError(`unexpected value in column ${column}`),
  });
}
