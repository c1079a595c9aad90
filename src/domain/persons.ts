import type { Account, AccountDirectory } from '../ports/account-directory.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import type { OtpStore, RequestSubject } from '../ports/otp-store.ts';
import { keyedDigest } from './challenge/keyed-digest.ts';
import type { OtpKeys } from './challenge/otp-keys.ts';
import { checkedAccount, checkedAccounts } from './checked-accounts.ts';
import { type CodesOf, endCodes } from './end-codes.ts';
import { momentOf } from './moment.ts';
import { phoneNumberSecret } from './phone-number.ts';
import { type ExplainedRequest, explained } from './requests.ts';

/** Of whom: whoever has an account, or a phone number (E.164). */
export type PersonOf = CodesOf;

export interface ErasedPerson {
  /** Live codes that were ended. */
  readonly endedCodes: number;
  /** sendOtp requests that stay, with their answers, known by keyed digests alone. */
  readonly requests: number;
  /** When they and what limits count of the person are deleted, ms since the Unix epoch. `undefined`: nothing stays. */
  readonly staysUntilMs: number | undefined;
}

interface EraseParts {
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly keys: Pick<OtpKeys, 'digestKey'>;
  /** How long requests are kept, ms. */
  readonly retentionMs: number;
}

/**
 * Ends the live codes of a person, and takes from the records what tells more than a keyed digest. Answers, limits and locks
 * stay until their retention has passed: whoever could have them erased could begin anew. Throws `UnavailableError` when the
 * store is down: then some may be erased. Safe to repeat, which also erases what a call under way has added. [OQ-96]
 */
export async function erasePerson(of: PersonOf, parts: EraseParts): Promise<ErasedPerson> {
  const { store, clock, keys, retentionMs } = parts;
  const endedCodes = await endCodes(of, parts);
  const event = { atMs: momentOf(clock).nowMs, event: 'erased', detail: '' };
  const { requests, newestAtMs } = await store.erase({ of: subjectOf(of, keys), event });
  const staysUntilMs = newestAtMs === 0 ? undefined : newestAtMs + retentionMs;
  return { endedCodes, requests, staysUntilMs };
}

/** What is known of a person. Numbers are in the clear: it is for the person. */
export interface PersonRecords {
  readonly accounts: readonly PersonAccount[];
  /** sendOtp requests, those received last first. */
  readonly requests: readonly ExplainedRequest[];
  /** Whether `requests` has all of them, and not only the newest 10,000. */
  readonly isComplete: boolean;
}

export interface PersonAccount extends Pick<Account, 'accountId' | 'status' | 'language'> {
  readonly phoneNumber: string | undefined;
}

interface ExportParts {
  readonly store: OtpStore;
  readonly directory: AccountDirectory;
  readonly keys: Pick<OtpKeys, 'digestKey'>;
  readonly deadline: Deadline;
}

const REQUESTS_MAX = 10_000;

/** Throws `UnavailableError` when the store or the directory can't answer. Reads only. [OQ-96] */
export async function exportPerson(of: PersonOf, parts: ExportParts): Promise<PersonRecords> {
  const { store, directory, keys, deadline } = parts;
  const accounts =
    'accountId' in of
      ? [checkedAccount(await directory.findByAccountId(of.accountId, deadline))]
      : checkedAccounts(await directory.findByPhoneNumber(phoneNumberSecret(of.phoneNumber), deadline));
  const requests = await store.requestsOf(subjectOf(of, keys), REQUESTS_MAX);
  return {
    accounts: accounts.filter((account) => account !== undefined).map(inTheClear),
    requests: requests.map(explained),
    isComplete: requests.length < REQUESTS_MAX,
  };
}

function inTheClear({ accountId, status, language, phoneNumber }: Account): PersonAccount {
  return { accountId, status, language, phoneNumber: phoneNumber?.reveal() };
}

function subjectOf(of: PersonOf, { digestKey }: Pick<OtpKeys, 'digestKey'>): RequestSubject {
  return 'accountId' in of
    ? { kind: 'account', digest: keyedDigest(digestKey, 'account-id', of.accountId) }
    : { kind: 'phone-number', digest: keyedDigest(digestKey, 'phone-number', of.phoneNumber) };
}
