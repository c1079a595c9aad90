import { isDeepStrictEqual } from 'node:util';
import type {
  Association,
  AttemptDecision,
  AttemptFacts,
  AttemptOrder,
  CodeEnd,
  DecideAssociation,
  GrantedText,
  IssueDecision,
  IssueFacts,
  IssueOrder,
  ReceiptDecision,
  SettlementDecision,
  SettlementFacts,
  SettlementOrder,
} from '../../../ports/otp-store.ts';
import type { Rows } from '../../postgres/database.ts';
import { readAssociation } from '../rows/association-row.ts';
import { eventLines, type Row, readInteger, readReceivedText, readSubmission } from '../rows/otp-rows.ts';
import {
  type AssociationChange,
  type CeilingChange,
  type Change,
  lowering,
  NO_CHANGE,
  type SubjectChange,
} from './changes.ts';
import {
  type AttemptRows,
  attemptFacts,
  type CountedCeilings,
  type IssueRead,
  issueFacts,
  isThere,
  placeOf,
  raisedOf,
  versionIn,
} from './facts.ts';
import {
  answeredImage,
  attemptedImage,
  issuedImage,
  receivedImage,
  resumedImage,
  settledImage,
} from './images.ts';
import { BLOCK_RAISES, type DecideWith, slacksOf } from './slacks.ts';

/** What a step decided, and what it writes. `change` absent: nothing. */
export interface Judged<Decision> {
  readonly decision: Decision;
  readonly change?: Change;
}

export function judgeIssueOf(
  read: IssueRead,
  order: IssueOrder,
  decide: (facts: IssueFacts) => IssueDecision,
): Judged<IssueDecision> {
  const { row, ceilings } = read;
  const decideWith: DecideWith = (moreUnder) => decide(issueFacts(read, order, moreUnder));
  // Asked before: what was decided last is what is written.
  const slacks = slacksOf(order, decideWith);
  const decision = decideWith(() => 0);
  const own = isThere(row) ? row : undefined;
  const based = own && versionIn(own, 'version');
  if (decision.kind === 'answer') {
    const key = { method: 'sendOtp', requestId: order.requestId } as const;
    const image = answeredImage(own, { ...order, key }, decision.request);
    return { decision, change: { ...NO_CHANGE, rows: [{ image, based }], ...blocksOf(decision, order) } };
  }
  if (decision.kind !== 'issue' && decision.kind !== 'resume') return { decision };
  const begun = blocksOf(decision, order);
  const change: Change = {
    rows: [{ image: grantedImage(own, order, decision), based }],
    subjects: subjectsOf(row, order),
    ceilings: [...raising(decision, order, ceilings, slacks), ...begun.ceilings],
    missteps: seenBy(decision, order),
    blocks: begun.blocks,
    associations: [],
  };
  return { decision, change };
}

function seenBy({ isSeen = false }: GrantedText, { accountDigest, nowMs }: IssueOrder): Change['missteps'] {
  return isSeen ? [{ subject: accountDigest, kind: 'seen', atMs: nowMs, times: 1 }] : [];
}

function grantedImage(own: Row | undefined, order: IssueOrder, granted: GrantedText) {
  if (granted.kind === 'issue') return issuedImage(order, granted);
  if (own === undefined) throw new TypeError('a challenge that is not there was resumed');
  return resumedImage(own, order, granted);
}

function subjectsOf(row: Row, { accountDigest, phoneNumberDigest, nowMs }: IssueOrder): Change['subjects'] {
  const one = (digest: Uint8Array, column: string): SubjectChange => {
    return { digest, based: { version: versionIn(row, column) }, receivedAtMs: nowMs };
  };
  return distinct([one(accountDigest, 'account_version'), one(phoneNumberDigest, 'phone_number_version')]);
}

/** An account and a number are two rows unless their digests are one. */
function distinct(subjects: readonly SubjectChange[]): readonly SubjectChange[] {
  const [first, second] = subjects;
  return first && second && isDeepStrictEqual(first.digest, second.digest)
    ? [{ ...second, ...first }]
    : subjects;
}

/** What the text was not weighed against is raised whatever was counted meanwhile. */
function raising(
  { raise }: GrantedText,
  { ceilings: weighed, guard }: IssueOrder,
  ceilings: CountedCeilings,
  slacks: ReadonlyMap<string, number>,
): readonly CeilingChange[] {
  const asked = new Set([...weighed, ...(guard?.unverified ?? [])].map(placeOf));
  return raise.map((bucket) => {
    const place = placeOf(bucket);
    const slack = slacks.get(place) ?? 0;
    const based = asked.has(place) && { based: { raised: raisedOf(ceilings, place), slack } };
    return { ...bucket, delta: 1, raised: 1, ...based };
  });
}

function blocksOf(
  { guard }: Extract<IssueDecision, { kind: 'issue' | 'resume' | 'answer' }>,
  { guard: order }: IssueOrder,
): Pick<Change, 'blocks' | 'ceilings'> {
  const blocks = guard?.begin ?? [];
  const ceilings = blocks.flatMap(({ subject }) => {
    const ceiling = order?.unverified.find((one) => one.subject === subject);
    return ceiling ? [{ ...ceiling, bucket: 0, delta: 0, raised: BLOCK_RAISES }] : [];
  });
  return { blocks, ceilings };
}

export function judgeSettlementOf(
  row: Row | undefined,
  order: SettlementOrder,
  decide: (facts: SettlementFacts) => SettlementDecision,
): Judged<void> {
  if (row === undefined || row['challenge_id'] !== order.challengeId) return { decision: undefined };
  const { id: _id, accountDigest, phoneNumberDigest, ...facts } = readSubmission(row);
  const decision = decide(facts);
  const refused = { kind: 'refused', atMs: order.nowMs, times: 1 } as const;
  const digests = [accountDigest, phoneNumberDigest];
  const change: Change = {
    ...NO_CHANGE,
    // Decided again after the text was refused and sent once more, it would speak of that one.
    rows: [
      {
        image: settledImage(row, order, decision),
        based: versionIn(row, 'version'),
        trace: eventLines(decision.event),
      },
    ],
    subjects: distinct(digests.map((digest) => changedBy(row, digest))),
    ceilings: lowering(decision.lower),
    missteps: decision.refused ? digests.map((subject) => ({ subject, ...refused })) : [],
  };
  return { decision: undefined, change };
}

export function judgeAttemptOf(
  rows: AttemptRows,
  order: AttemptOrder,
  decide: (facts: AttemptFacts) => AttemptDecision,
): Judged<AttemptDecision> {
  const [request, row, associated] = rows;
  const facts = attemptFacts(rows, order);
  const decision = decide(facts);
  if (decision.kind !== 'judged') return { decision };
  const { challenge } = facts;
  if (row === undefined || challenge === undefined) {
    throw new TypeError('a challenge that is not there was judged');
  }
  const { accountDigest, phoneNumberDigest } = challenge;
  const answered = answeredImage(request, order, decision.request);
  const change: Change = {
    rows: [
      { image: answered, based: request && versionIn(request, 'version') },
      { image: attemptedImage(row, decision), based: versionIn(row, 'version') },
    ],
    subjects: distinct([
      { ...changedBy(row, accountDigest), based: { version: versionIn(row, 'account_version') } },
      { ...changedBy(row, phoneNumberDigest), isVerified: decision.uses !== undefined },
    ]),
    ceilings: [
      ...lowering(decision.lower),
      ...decision.raise.map((bucket) => ({ ...bucket, delta: 1, raised: 1 })),
    ],
    missteps: decision.missteps.map((kind) => {
      return { subject: accountDigest, kind, atMs: order.nowMs, times: 1 };
    }),
    blocks: [],
    associations: decision.association ? [associating(associated, decision.association)] : [],
  };
  return { decision, change };
}

export function judgeReceiptOf(
  texts: readonly Rows[],
  rivals: readonly Rows[],
  decide: (facts: {
    readonly texts: readonly (readonly ReturnType<typeof readReceivedText>[])[];
    readonly rivals: readonly (readonly ReturnType<typeof readReceivedText>[])[];
  }) => ReceiptDecision,
): Judged<ReceiptDecision> {
  const read = (rows: Rows) => rows.map(readReceivedText);
  const decision = decide({ texts: texts.map(read), rivals: rivals.map(read) });
  const { note } = decision;
  if (note === undefined) return { decision };
  const row = texts.flat().find((found) => found['challenge_id'] === note.challengeId);
  if (row === undefined) throw new TypeError('a receipt was noted on a text that is not there');
  const subjects = [changedBy(row, row['account_digest'] as Uint8Array)];
  const rows = [{ image: receivedImage(row, note), based: versionIn(row, 'version') }];
  return { decision, change: { ...NO_CHANGE, rows, subjects } };
}

export function judgeAssociationOf(
  row: Row | undefined,
  decide: DecideAssociation,
): Judged<Association | undefined> {
  const decision = decide(row && readAssociation(row));
  if (decision === undefined) return { decision };
  return { decision, change: { ...NO_CHANGE, associations: [associating(row, decision)] } };
}

function associating(row: Row | undefined, association: Association): AssociationChange {
  return { association, based: row && versionIn(row, 'version') };
}

/** Ends the code of one row. */
export function endingOf(row: Row, end: CodeEnd): Change {
  const digest = row['account_digest'] as Uint8Array;
  return {
    ...NO_CHANGE,
    rows: [{ image: attemptedImage(row, end), based: versionIn(row, 'version') }],
    subjects: [changedBy(row, digest)],
    missteps: end.missteps.map((misstep) => ({ subject: digest, ...misstep })),
  };
}

/** Whatever version the subject has: only what others decide depends on it. */
function changedBy(row: Row, digest: Uint8Array): SubjectChange {
  return { digest, receivedAtMs: readInteger(row, 'received_at_ms') };
}
