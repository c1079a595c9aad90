import { createSecretKey, type KeyObject } from 'node:crypto';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import { keyedDigest } from '../domain/challenge/keyed-digest.ts';
import type { Challenge, ChallengeEvent } from '../ports/challenge.ts';
import { createDeadline } from '../ports/deadline.ts';
import type { RequestHistory } from '../ports/otp-store.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, directoryOf, type StoreSettings } from '../wiring/data-kinds.ts';
import { readStore } from './databases.ts';
import { meaningOf } from './reason-meanings.ts';

/** What became of a request. Without nonces and digests: with the server's secret, the nonce is the code. */
export interface ExplainedRequest extends Omit<RequestHistory, 'challenge'> {
  /** What `reason` means, and which setting is behind it. `undefined`: there is none, or this version does not know it. */
  readonly meaning: string | undefined;
  readonly challenge: ExplainedChallenge | undefined;
  /** In the order in which it happened; at the same millisecond, in the order in which it must have. */
  readonly timeline: readonly Moment[];
}

export type ExplainedChallenge = Omit<
  Challenge,
  'nonce' | 'accountDigest' | 'phoneNumberDigest' | 'recipient'
> & { readonly events: readonly ChallengeEvent[] };

export interface Moment {
  readonly atMs: number;
  /** `received`, `answered`, or an event of the challenge. */
  readonly event: string;
  /** What the event means. `undefined`: the word says it, or this version does not know it. */
  readonly meaning: string | undefined;
  /** Of `answered` the result; of others a gateway's name, message id or code, a quota's name. It may be empty. */
  readonly detail: string;
}

/** What an operator may know of whoever got no code. */
export interface RequestSearch {
  readonly key: 'accountId' | 'phoneNumber' | 'associationId';
  readonly value: string;
}

/**
 * What is known of a request id, which each method may have had once; empty: nothing. Reads beside a running server.
 * Throws `UnavailableError` if the store is not there or can't be read.
 */
export function explainRequest(
  settings: StoreSettings,
  requestId: string,
): Promise<readonly ExplainedRequest[]> {
  return readStore(settings, async (store) => (await store.history(requestId)).map(explained));
}

/**
 * The newest requests of an account or a phone number, newest first, 100 at most. The store knows both by digest
 * alone, so this takes the secret of the server; an association id is looked up in the account directory first. Throws
 * `UnavailableError` if a database is not there, or if the sandbox has not made its secret yet.
 */
export function findRequests(
  settings: DataSettings & Pick<Settings, 'digests' | 'dataDirectory'>,
  { key, value }: RequestSearch,
): Promise<readonly ExplainedRequest[]> {
  return readStore(settings, async (store) => {
    const digestKey = digestKeyOf(settings);
    if (key === 'phoneNumber') {
      const digest = keyedDigest(digestKey, 'phone-number', value);
      return (await store.requestsOf({ kind: 'phone-number', digest })).map(explained);
    }
    const accountId = key === 'accountId' ? value : await accountOfAssociation(settings, value);
    if (accountId === undefined) return [];
    const digest = keyedDigest(digestKey, 'account-id', accountId);
    return (await store.requestsOf({ kind: 'account', digest })).map(explained);
  });
}

function digestKeyOf({ digests, dataDirectory }: Pick<Settings, 'digests' | 'dataDirectory'>): KeyObject {
  const secret = digests.secret.reveal();
  if (secret !== '') return createSecretKey(secret, 'utf8');
  throw new UnavailableError(
    `digests.secret is not configured, and ${dataDirectory} has none: the sandbox makes one there when the server ` +
      'first starts. Without the secret of the server, requests are found by their ids alone',
  );
}

const LOOK_UP_MS = 10_000;

async function accountOfAssociation(
  settings: DataSettings,
  associationId: string,
): Promise<string | undefined> {
  const { row, terms } = directoryOf(settings);
  const { directory } = await row.open(terms, 'read');
  const deadline = createDeadline(createSystemClock(0), LOOK_UP_MS);
  try {
    return (await directory.findByAssociationId(associationId, deadline))?.accountId;
  } finally {
    deadline.cancel();
    await directory.close();
  }
}

function explained(history: RequestHistory): ExplainedRequest {
  return {
    ...history,
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

function timelineOf({ receivedAtMs, answeredAtMs, answer, challenge }: RequestHistory): readonly Moment[] {
  const received = { atMs: receivedAtMs, event: 'received', meaning: undefined, detail: '' };
  const events = (challenge?.events ?? []).map((event) => ({ ...event, meaning: meaningOf(event.event) }));
  const answered =
    answeredAtMs === undefined || answer === undefined
      ? []
      : [{ atMs: answeredAtMs, event: 'answered', meaning: undefined, detail: answer.result }];
  return [received, ...events, ...answered].sort((a, b) => a.atMs - b.atMs);
}
