import type { Account, AccountDirectory, AccountStatus } from '../ports/account-directory.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import { isE164 } from '../ports/e164.ts';
import type { Secret } from '../ports/secret.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { lookUp } from './associations/find-associated.ts';
import { checkedAccount, checkedAccounts } from './checked-accounts.ts';
import type { OtpPolicy } from './limits/otp-policy.ts';
import type { SendOtpResult } from './outcome.ts';
import { countryOf, isPlausible } from './phone-number.ts';

export interface Recipient {
  readonly kind: 'recipient';
  readonly accountId: string;
  readonly phoneNumber: Secret;
  readonly country: string | undefined;
  readonly language: string | undefined;
  readonly revision: number | undefined;
}

export type FoundRecipient = Recipient | Declined | { readonly kind: 'unknown-association' };

export type Declined = {
  readonly kind: 'declined';
  readonly result: SendOtpResult;
  readonly reason: string;
} & (
  | {
      readonly isClosed: false;
      /** The one that it would have been for. `undefined`: none, or nobody knows which. */
      readonly account: Account | undefined;
    }
  /** Google closes the user's instrument for good. [SO-11] */
  | { readonly isClosed: true; readonly account: Account }
);

/** At least one of the two is there. [SO-1, OQ-1] */
export interface AccountIdentifier {
  readonly accountPhoneNumber: Secret | undefined;
  readonly associationId: string | undefined;
}

/** Of the rules of codes and texts, those that tell whom a sendOtp is for. */
export type RecipientPolicy = Pick<OtpPolicy, 'allowedCountries' | 'refuseImplausible'>;

interface Search {
  readonly directory: Pick<AccountDirectory, 'findByAssociationId' | 'findByPhoneNumber'>;
  readonly clock: Clock;
  readonly policy: RecipientPolicy;
  readonly deadline: Deadline;
}

/** Whom a sendOtp is for, or with which result it ends here. Throws `UnavailableError`; never guesses. [SO-11] */
export async function findRecipient(identifier: AccountIdentifier, search: Search): Promise<FoundRecipient> {
  const { accountPhoneNumber, associationId } = identifier;
  // A wrong format is told before anything is looked up, whatever else names the account. [SO-3, OQ-24]
  if (accountPhoneNumber !== undefined && !isE164(accountPhoneNumber.reveal()))
    return declined('INVALID_PHONE_NUMBER', 'notE164');
  if (associationId !== undefined) return findByAssociation(associationId, accountPhoneNumber, search);
  if (accountPhoneNumber === undefined) throw new TypeError('neither identifier is given');
  return findByNumber(accountPhoneNumber, search);
}

async function findByAssociation(
  associationId: string,
  accountPhoneNumber: Secret | undefined,
  search: Search,
): Promise<FoundRecipient> {
  const { directory, deadline } = search;
  const found = await lookUp(search, directory.findByAssociationId(associationId, deadline));
  const account = checkedAccount(found);
  if (account === undefined) return { kind: 'unknown-association' };
  const onFile = account.phoneNumber;
  // The mismatch comes first: a closed account is reported only on certain data, since that is for good. [SO-11]
  if (accountPhoneNumber !== undefined && accountPhoneNumber.reveal() !== onFile?.reveal()) {
    return declined('PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT', 'phoneNumberMismatch', account); // [SO-OLD-2]
  }
  if (account.status !== 'active') {
    const isClosed = account.status !== 'not-eligible';
    const result = RESULT_BY_STATUS[account.status];
    return { kind: 'declined', result, reason: account.status, isClosed, account };
  }
  if (onFile === undefined || !isE164(onFile.reveal())) {
    return declined('PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT', 'noUsablePhoneNumber', account); // [OQ-2]
  }
  return reachable(account, onFile, search.policy);
}

/** What an account that gets no code is reported as, when an association id names it. [SO-10] */
const RESULT_BY_STATUS: Readonly<Record<Exclude<AccountStatus, 'active'>, SendOtpResult>> = {
  'not-eligible': 'NOT_ELIGIBLE',
  closed: 'ACCOUNT_CLOSED',
  'closed-account-taken-over': 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER',
  'closed-fraud': 'ACCOUNT_CLOSED_FRAUD',
};

async function findByNumber(phoneNumber: Secret, search: Search): Promise<FoundRecipient> {
  const { directory, deadline, policy } = search;
  const number = phoneNumber.reveal();
  if (!isPlausible(number, policy.refuseImplausible)) return declined('INVALID_PHONE_NUMBER', 'implausible');
  const accounts = checkedAccounts(await lookUp(search, directory.findByPhoneNumber(phoneNumber, deadline)));
  const active = accounts.filter(({ status }) => status === 'active');
  // The number of a family, or of somebody with two products, means the preferred account. [OQ-86]
  const [account, ...others] = active.length > 1 ? active.filter(({ preferred }) => preferred) : active;
  if (others.length > 0 || (active.length > 1 && account === undefined)) {
    throw new UnavailableError(
      'the directory holds several active accounts for one phone number, and not one that is preferred',
    ); // [OQ-29]
  }
  if (account !== undefined) return reachable(account, phoneNumber, policy);
  const notEligible = accounts.find(({ status }) => status === 'not-eligible');
  if (notEligible) return declined('NOT_ELIGIBLE', 'not-eligible', notEligible);
  // A closed account found by its number is not reported as closed. [SO-10, SO-12, SO-14]
  const [closed] = accounts;
  return declined('UNKNOWN_PHONE_NUMBER', closed ? 'closedAccountsOnly' : 'unknownNumber', closed);
}

function reachable(account: Account, phoneNumber: Secret, policy: RecipientPolicy): FoundRecipient {
  const country = countryOf(phoneNumber.reveal());
  const { allowedCountries } = policy;
  if (allowedCountries.size > 0 && (country === undefined || !allowedCountries.has(country))) {
    return declined('NOT_ELIGIBLE', 'allowedCountries', account); // [OQ-40]
  }
  const { accountId, language, revision } = account;
  return { kind: 'recipient', accountId, phoneNumber, country, language, revision };
}

function declined(result: SendOtpResult, reason: string, account?: Account): Declined {
  return { kind: 'declined', result, reason, isClosed: false, account };
}
