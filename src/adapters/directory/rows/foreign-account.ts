import type { Account, AccountStatus } from '../../../ports/account-directory.ts';
import { isE164 } from '../../../ports/e164.ts';
import { Secret } from '../../../ports/secret.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { isAccountStatus, isLanguageTag } from './account-fields.ts';
import { maskPhoneNumber } from './account-row.ts';

/** What accounts are asked for by. */
export interface LookUp {
  readonly by: 'phoneNumber' | 'associationId' | 'accountId';
  readonly value: string;
}

/** An account as somebody else's database tells it: each may be of any type. `undefined`, `null` and '' mean that there is none. */
export interface ForeignFields {
  readonly accountId: unknown;
  readonly status: unknown;
  readonly phoneNumber: unknown;
  readonly language: unknown;
  readonly preferred: unknown;
  readonly revision: unknown;
}

/** How many accounts of a number are told. */
const ACCOUNTS_MAX = 8;

/** How many are looked at, to find those. Nobody has more of one number. */
export const FOREIGN_ACCOUNTS_MAX = 100;

/**
 * The account that those fields describe. `statuses` translates words of theirs; what isn't in it has to be one of ours. Throws
 * `UnavailableError`, which names the field and not its value, if one makes no sense: a guess could close an instrument for
 * good. [SO-11]
 */
export function foreignAccount(
  fields: ForeignFields,
  statuses: Readonly<Record<string, AccountStatus>>,
): Account {
  const accountId = textIn('accountId', fields.accountId) ?? refuse('accountId');
  const word = textIn('status', fields.status) ?? refuse('status');
  const status = Object.hasOwn(statuses, word) ? statuses[word] : word;
  if (!isAccountStatus(status)) return refuse('status');
  const phoneNumber = textIn('phoneNumber', fields.phoneNumber);
  if (phoneNumber !== undefined && !isE164(phoneNumber)) return refuse('phoneNumber');
  const language = textIn('language', fields.language);
  if (language !== undefined && !isLanguageTag(language)) return refuse('language');
  const preferred = truthIn(fields.preferred);
  const revision = countIn(fields.revision);
  return {
    accountId,
    status,
    phoneNumber:
      phoneNumber === undefined ? undefined : new Secret(phoneNumber, maskPhoneNumber(phoneNumber)),
    language,
    ...(preferred && { preferred }),
    ...(revision !== undefined && { revision }),
  };
}

/**
 * Those accounts in the order of the port. Throws `UnavailableError` if they aren't about what was asked: then a code would
 * go to somebody else. [OQ-29, OQ-86]
 */
export function inOrder(accounts: readonly Account[], { by, value }: LookUp): readonly Account[] {
  const isOther = ({ accountId, phoneNumber }: Account) =>
    (by === 'accountId' && accountId !== value) || (by === 'phoneNumber' && phoneNumber?.reveal() !== value);
  if (accounts.some(isOther))
    throw directoryFault(`answered with an account of another ${by} than it was asked for`);
  if (by !== 'phoneNumber' && accounts.length > 1)
    throw directoryFault(`answered with several accounts of one ${by}`);
  return accounts.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, ACCOUNTS_MAX);
}

/** Active ones first, then those that may become so, then closed ones; of each the preferred ones. */
function rankOf({ status, preferred = false }: Account): number {
  const kind = status === 'active' ? 0 : status === 'not-eligible' ? 1 : 2;
  return 2 * kind + (preferred ? 0 : 1);
}

/** `what` goes on where a sentence about the directory begins. */
export function directoryFault(what: string, cause?: unknown): UnavailableError {
  return new UnavailableError(`the account directory ${what}`, cause === undefined ? {} : { cause });
}

function refuse(field: keyof ForeignFields): never {
  throw directoryFault(`told a ${field} that makes no sense`);
}

/** Ids and states are often numbers. */
function textIn(field: keyof ForeignFields, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  return refuse(field);
}

function truthIn(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (value === true || value === 1 || value === '1' || value === 'true') return true;
  return value === false || value === 0 || value === '0' || value === 'false' ? false : refuse('preferred');
}

function countIn(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const count = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : refuse('revision');
}
