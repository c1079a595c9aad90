import type { Account } from '../../../ports/account-directory.ts';
import { isE164 } from '../../../ports/e164.ts';
import { Secret } from '../../../ports/secret.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { isAccountStatus } from './account-fields.ts';

export const ACCOUNT_COLUMNS =
  'accounts.account_row, accounts.account_id, accounts.status, accounts.phone_number, accounts.language, accounts.preferred, accounts.revision';

/**
 * The account that a row with `ACCOUNT_COLUMNS` describes. Other programs can write the database too: a row that makes
 * no sense throws `UnavailableError`, since guessing could close an instrument for good. [SO-11]
 */
export function readAccount(row: Readonly<Record<string, unknown>>): Account {
  const { account_row, account_id: accountId, status, phone_number: phoneNumber, language } = row;
  const refuse = (column: string): never => {
    throw new UnavailableError(
      `the account directory holds a ${column} that makes no sense, in row ${String(account_row)} of its accounts`,
    );
  };
  if (typeof accountId !== 'string' || accountId === '') return refuse('account_id');
  if (!isAccountStatus(status)) return refuse('status');
  if (phoneNumber !== null && !isE164(phoneNumber)) return refuse('phone_number');
  if (language !== null && (typeof language !== 'string' || language === '')) return refuse('language');
  const preferred = row['preferred'] === 1 || row['preferred'] === true;
  const revision = row['revision'];
  if (typeof revision !== 'number') return refuse('revision');
  return {
    accountId,
    status,
    phoneNumber: phoneNumber === null ? undefined : new Secret(phoneNumber, maskPhoneNumber(phoneNumber)),
    language: language ?? undefined,
    revision,
    ...(preferred && { preferred }),
  };
}

/** Such as `+1403*****11`: at least five digits are hidden, or all if there are no more. */
export function maskPhoneNumber(e164: string): string {
  const digits = e164.slice(1);
  const last = digits.length >= 8 ? 2 : 0;
  const first = Math.min(4, Math.max(0, digits.length - last - 5));
  return `+${digits.slice(0, first).padEnd(digits.length - last, '*')}${digits.slice(digits.length - last)}`;
}
