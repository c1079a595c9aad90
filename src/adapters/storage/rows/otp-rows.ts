import type {
  Challenge,
  ChallengeEvent,
  ChallengeState,
  OtpContext,
  SubmittedText,
} from '../../../ports/challenge.ts';
import { CHALLENGE_STATES } from '../../../ports/challenge-moves.ts';
import type { DeliveryReceipt } from '../../../ports/delivery-receipt.ts';
import { isRecordedMethod } from '../../../ports/otp-store/recorded-words.ts';
import type {
  Block,
  CodeUse,
  Counted,
  Erased,
  HeldCode,
  ReceivedText,
  RequestHistory,
  RequestRecord,
  RequestState,
  SettlementFacts,
  StoredAnswer,
  TextCounts,
} from '../../../ports/otp-store.ts';
import { type IssuedText, type Standing, storyOf } from '../../../ports/standing.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { parseCountedColumn } from './counted-column.ts';
import { parseUsesColumn } from './uses-column.ts';

/** A row as the database gives it: outside input, like everything that was on a disk. */
export type Row = Readonly<Record<string, unknown>>;

const REQUEST_STATES: readonly RequestState[] = ['claimed', 'completed', 'released'];
const RECEIPT_STATES: readonly DeliveryReceipt['state'][] = ['delivered', 'undelivered'];
const OTP_CONTEXTS: readonly OtpContext[] = [
  'association',
  'mandateCreation',
  'associationWithMandateCreation',
  'unknown',
];

export function readId(row: Row): number {
  return readInteger(row, 'id');
}

export function readRequestRecord(row: Row): RequestRecord {
  return {
    state: readOneOf(row, 'state', REQUEST_STATES),
    fingerprint: readDigest(row, 'fingerprint'),
    answer: readAnswer(row),
    owner: readText(row, 'owner'),
    leaseExpiresAtMs: readInteger(row, 'lease_expires_at_ms'),
  };
}

/** Whether a challenge was issued for the request. */
export function hasChallenge(row: Row): boolean {
  return row['challenge_id'] !== null;
}

export function readChallenge(row: Row, { state }: Standing): Challenge {
  return {
    challengeId: readText(row, 'challenge_id'),
    state,
    nonce: readDigest(row, 'nonce'),
    secretId: readText(row, 'secret_id'),
    codeLength: readInteger(row, 'code_length'),
    accountDigest: readDigest(row, 'account_digest'),
    phoneNumberDigest: readDigest(row, 'phone_number_digest'),
    otpContext: row['otp_context'] === null ? undefined : readOneOf(row, 'otp_context', OTP_CONTEXTS),
    issuedAtMs: readInteger(row, 'issued_at_ms'),
    expiresAtMs: readInteger(row, 'expires_at_ms'),
    expiresAtWallMs: readInteger(row, 'expires_at_wall_ms'),
    recipient: row['recipient'] === null ? undefined : readBytes(row, 'recipient'),
    submissions: readInteger(row, 'submissions'),
    failedAttempts: readInteger(row, 'failed_attempts'),
    uses: readUses(row),
    country: readOptionalText(row, 'country'),
    // Challenges of an earlier schema have none.
    numberPrefix: readOptionalText(row, 'number_prefix') ?? '',
    counted: readTextCounts(row),
    text: readSubmittedText(row),
  };
}

/** What the texts of a request itself count as. */
export function readOwnTexts(row: Row): readonly Counted[] {
  if (!hasChallenge(row)) return [];
  const times = readInteger(row, 'submissions');
  return times === 0 ? [] : [{ atMs: readInteger(row, 'counted_at_ms'), times }];
}

/** The columns by which texts of an account are compared. */
export function readIssuedText(row: Row): IssuedText {
  return {
    ...readAge(row),
    requestId: readText(row, 'request_id'),
    handedOverAtMs: readInteger(row, 'counted_at_ms'),
    submissions: readInteger(row, 'submissions'),
    leaseExpiresAtMs: readInteger(row, 'lease_expires_at_ms'),
  };
}

export function readAge(row: Row): Pick<IssuedText, 'state' | 'issuedAtMs' | 'ordinal'> {
  return { state: readState(row), issuedAtMs: readInteger(row, 'issued_at_ms'), ordinal: readId(row) };
}

export function readHeldCode(row: Row): HeldCode {
  return {
    challengeId: readText(row, 'challenge_id'),
    state: readState(row),
    failedAttempts: readInteger(row, 'failed_attempts'),
    expiresAtMs: readInteger(row, 'expires_at_ms'),
    expiresAtWallMs: readInteger(row, 'expires_at_wall_ms'),
  };
}

/** The last of the codes that were made with one secret and whose challenges are in one state. */
export function readCodesOfSecret(row: Row): Pick<Challenge, 'secretId' | 'state' | 'expiresAtWallMs'> {
  return {
    secretId: readText(row, 'secret_id'),
    state: readState(row),
    expiresAtWallMs: readInteger(row, 'expires_at_wall_ms'),
  };
}

export function readAccountDigest(row: Row): Uint8Array {
  return readDigest(row, 'account_digest');
}

/** As it stands in the record, whatever superseded it. */
function readState(row: Row): ChallengeState {
  return readOneOf(row, 'challenge_state', CHALLENGE_STATES);
}

/** `undefined`: nobody has taken a text, nor may have. */
function readSubmittedText(row: Row): SubmittedText | undefined {
  if (row['gateway'] === null) return undefined;
  const state = readReceiptState(row);
  return {
    gateway: readText(row, 'gateway'),
    messageId: readOptionalText(row, 'message_id'),
    submittedAtMs: readInteger(row, 'submitted_at_ms'),
    receipt: state && { state, atMs: readInteger(row, 'receipt_at_ms') },
  };
}

function readReceiptState(row: Row): DeliveryReceipt['state'] | undefined {
  return row['receipt_state'] === null ? undefined : readOneOf(row, 'receipt_state', RECEIPT_STATES);
}

export function readReceivedText(row: Row): ReceivedText {
  return {
    challengeId: readText(row, 'challenge_id'),
    state: readState(row),
    gateway: readText(row, 'gateway'),
    messageId: readOptionalText(row, 'message_id'),
    country: readOptionalText(row, 'country'),
    submittedAtMs: readInteger(row, 'submitted_at_ms'),
    receipt: readReceiptState(row),
  };
}

export function readBlock(row: Row): Block {
  return {
    subject: readText(row, 'subject'),
    sinceMs: readInteger(row, 'since_ms'),
    untilMs: readInteger(row, 'until_ms'),
    unverified: readInteger(row, 'unverified'),
    verified: readInteger(row, 'verified'),
  };
}

function readTextCounts(row: Row): readonly TextCounts[] {
  return parseCountedColumn(row['counted']) ?? senseless(row, 'counted');
}

/** What is known of a submission that is to be settled. */
export interface Submission extends SettlementFacts {
  readonly id: number;
  readonly accountDigest: Uint8Array;
  readonly phoneNumberDigest: Uint8Array;
}

export function readSubmission(row: Row): Submission {
  return {
    id: readId(row),
    requestState: readOneOf(row, 'state', REQUEST_STATES),
    accountDigest: readDigest(row, 'account_digest'),
    phoneNumberDigest: readDigest(row, 'phone_number_digest'),
    state: readState(row),
    submissions: readInteger(row, 'submissions'),
    counted: readTextCounts(row),
  };
}

export function readErased(row: Row): Erased {
  return { requests: readInteger(row, 'requests'), newestAtMs: readInteger(row, 'newest_at_ms') };
}

export function readCounted(row: Row): Counted {
  return { atMs: readInteger(row, 'at_ms'), times: readInteger(row, 'times') };
}

/** `standing`: of its challenge; `undefined`: it has none. */
export function readRequestHistory(row: Row, standing: Standing | undefined): RequestHistory {
  const method = readText(row, 'method');
  return {
    method: isRecordedMethod(method) ? method : senseless(row, 'method'),
    requestId: readText(row, 'request_id'),
    receivedAtMs: readInteger(row, 'received_at_ms'),
    answeredAtMs: row['answered_at_ms'] === null ? undefined : readInteger(row, 'answered_at_ms'),
    state: readOneOf(row, 'state', REQUEST_STATES),
    answer: readAnswer(row),
    reason: row['reason'] === null ? '' : readText(row, 'reason'),
    sendOtpRequestId: row['send_otp_request_id'] === null ? undefined : readText(row, 'send_otp_request_id'),
    challenge: standing && {
      ...readChallenge(row, standing),
      events: storyOf(readInteger(row, 'issued_at_ms'), readEvents(row), standing),
    },
  };
}

/** Events as lines of the column `events`, which grows by appending. */
export function eventLines(...events: readonly ChallengeEvent[]): string {
  // A gateway words the detail, so its length is bounded here.
  const lines = events.map(({ atMs, event, detail }) => JSON.stringify([atMs, event, detail.slice(0, 200)]));
  return lines.map((line) => `${line}\n`).join('');
}

function readEvents(row: Row): readonly ChallengeEvent[] {
  const lines = readText(row, 'events').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [atMs, event, detail] = parseArray(line);
    if (typeof atMs === 'number' && typeof event === 'string' && typeof detail === 'string') {
      return { atMs, event, detail };
    }
    return senseless(row, 'events');
  });
}

function parseArray(line: string): readonly unknown[] {
  try {
    const fields: unknown = JSON.parse(line);
    return Array.isArray(fields) ? fields : [];
  } catch {
    return [];
  }
}

function readAnswer(row: Row): StoredAnswer | undefined {
  if (row['result'] === null) return undefined;
  const account = row['account'] === null ? {} : { account: readBytes(row, 'account') };
  return { result: readText(row, 'result'), integratorId: readText(row, 'integrator_id'), ...account };
}

function readUses(row: Row): readonly CodeUse[] {
  return parseUsesColumn(row['uses']) ?? senseless(row, 'uses');
}

export function readOneOf<T extends string>(row: Row, column: string, values: readonly T[]): T {
  return values.find((value) => value === row[column]) ?? senseless(row, column);
}

/** Nonces and digests are 16 bytes each. */
export function readDigest(row: Row, column: string): Uint8Array {
  const value = readBytes(row, column);
  if (value.length !== 16) return senseless(row, column);
  return value;
}

export function readBytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) return senseless(row, column);
  return value;
}

export function readText(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') return senseless(row, column);
  return value;
}

function readOptionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : readText(row, column);
}

export function readInteger(row: Row, column: string): number {
  const value = row[column];
  if (!Number.isSafeInteger(value) || typeof value !== 'number') return senseless(row, column);
  return value;
}

function senseless(row: Row, column: string): never {
  throw new UnavailableError('the database holds a row that makes no sense', {
    cause: new TypeError(`unexpected value in row ${row['id']}, column ${column}`),
  });
}
