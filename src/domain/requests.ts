import type { KeyObject } from 'node:crypto';
import type { Challenge, ChallengeEvent } from '../ports/challenge.ts';
import type { OtpStore, RequestHistory, RequestSubject, StoredAnswer } from '../ports/otp-store.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import { meaningOf } from './reason-meanings.ts';

/** What became of a request. Without nonces and digests: with the server's secret, the nonce is the code. */
export interface ExplainedRequest extends Omit<RequestHistory, 'answer' | 'challenge'> {
  /** `undefined`: not answered yet. */
  readonly answer: Omit<StoredAnswer, 'account'> | undefined;
  /** What `reason` means, and which setting is behind it. `undefined`: there is none, or this version does not know it. */
  readonly meaning: string | undefined;
  readonly challenge: ExplainedChallenge | undefined;
  /** In the order in which it happened; at the same millisecond, in the order in which it must have. */
  readonly timeline: readonly TimelineEntry[];
}

export type ExplainedChallenge = Omit<
  Challenge,
  'nonce' | 'accountDigest' | 'phoneNumberDigest' | 'recipient'
> & { readonly events: readonly ChallengeEvent[] };

export interface TimelineEntry {
  readonly atMs: number;
  /** `received`, `answered`, or an event of the challenge. */
  readonly event: string;
  /** What the event means. `undefined`: the word says it, or this version does not know it. */
  readonly meaning: string | undefined;
  /** Of `answered` the result; of others a gateway's name, message id or code, a quota's name. It may be empty. */
  readonly detail: string;
}

/** What somebody may know of whoever got no code. */
export interface RequestSearch {
  readonly key: 'accountId' | 'phoneNumber' | 'associationId';
  readonly value: string;
}

export interface RequestSearchParts {
  readonly store: Pick<OtpStore, 'requestsOf'>;
  /** Of the server: the store knows accounts and numbers by digest alone. */
  readonly digestKey: KeyObject;
  /** The account id of an association id; `undefined`: no account has it. Throws `UnavailableError`. */
  readonly accountOf: (associationId: string) => Promise<string | undefined>;
}

/**
 * What is known of a request id, which each method may have had once; empty: nothing. Throws `UnavailableError` if the
 * store can't be read.
 */
export async function explainRequest(
  store: Pick<OtpStore, 'history'>,
  requestId: string,
): Promise<readonly ExplainedRequest[]> {
  return (await store.history(requestId)).map(explained);
}

/**
 * The sendOtp requests of an account or a phone number, those received last first, 100 at most. A number is compared as
 * it is written. Throws `UnavailableError` if the store or the directory can't answer.
 */
export async function findRequests(
  { key, value }: RequestSearch,
  { store, digestKey, accountOf }: RequestSearchParts,
): Promise<readonly ExplainedRequest[]> {
  const find = async (subject: RequestSubject) => (await store.requestsOf(subject)).map(explained);
  if (key === 'phoneNumber')
    return find({ kind: 'phone-number', digest: keyedDigest(digestKey, 'phone-number', value) });
  const accountId = key === 'accountId' ? value : await accountOf(value);
  if (accountId === undefined) return [];
  return find({ kind: 'account', digest: keyedDigest(digestKey, 'account-id', accountId) });
}

/** A request as it is told, in the order of what happened. */
export function explained(history: RequestHistory): ExplainedRequest {
  const { answer } = history;
  return {
    ...history,
    answer: answer && { result: answer.result, integratorId: answer.integratorId },
    meaning: meaningOf(history.reason),
    challenge: history.challenge && withoutSecrets(history.challenge),
    timeline: timelineOf(history),
  };
}

function withoutSecrets(challenge: NonNullable<RequestHistory['challenge']>): ExplainedChallenge {
  const {
    nonce: _nonce,
    accountDigest: _account,
    phoneNumberDigest: _number,
    recipient: _recipient,
    ...rest
  } = challenge;
  return rest;
}

function timelineOf({
  receivedAtMs,
  answeredAtMs,
  answer,
  challenge,
}: RequestHistory): readonly TimelineEntry[] {
  const received = { atMs: receivedAtMs, event: 'received', meaning: undefined, detail: '' };
  const events = (challenge?.events ?? []).map((event) => ({ ...event, meaning: meaningOf(event.event) }));
  const answered =
    answeredAtMs === undefined || answer === undefined
      ? []
      : [{ atMs: answeredAtMs, event: 'answered', meaning: undefined, detail: answer.result }];
  return [received, ...events, ...answered].sort((a, b) => a.atMs - b.atMs);
}
