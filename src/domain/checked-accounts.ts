import type { Account, AccountStatus } from '../ports/account-directory.ts';
import { Secret } from '../ports/secret.ts';
import { UnavailableError } from '../ports/unavailable.ts';

const STATUSES: readonly unknown[] = [
  'active',
  'not-eligible',
  'closed',
  'closed-account-taken-over',
  'closed-fraud',
] satisfies readonly AccountStatus[];

/** What each member may be. The first one that is something else is told. */
const RULES: readonly (readonly [keyof Account, (value: unknown) => boolean, string])[] = [
  ['accountId', (value) => typeof value === 'string' && value !== '', 'a text that is not empty'],
  ['status', (value) => STATUSES.includes(value), STATUSES.join(', ')],
  ['phoneNumber', (value) => value === undefined || value instanceof Secret, 'a Secret, undefined'],
  ['language', (value) => value === undefined || typeof value === 'string', 'a language tag, undefined'],
  ['preferred', (value) => value === undefined || typeof value === 'boolean', 'true, false, undefined'],
  ['revision', (value) => value === undefined || Number.isFinite(value), 'a number, undefined'],
];

/**
 * What a directory found, as it came. Throws `UnavailableError`, which quotes no value of it, if it is not what the port
 * says: to take an unknown status for closed, or for nobody, would be a guess. [SO-11]
 */
export function checkedAccounts(found: readonly Account[]): readonly Account[] {
  if (!Array.isArray(found))
    throw fault('no list of accounts', 'an array, empty where nobody has the number');
  for (const account of found) checkedAccount(account);
  return found;
}

/** The same of one account, or of none. */
export function checkedAccount(found: Account | undefined): Account | undefined {
  if (found === undefined) return undefined;
  if (typeof found !== 'object' || found === null)
    throw fault('no account', 'an account, undefined for none');
  const wrong = RULES.find(([member, fits]) => !fits(found[member]));
  if (wrong) throw fault(`an account with a wrong ${wrong[0]}`, wrong[2]);
  return found;
}

function fault(what: string, accepted: string): UnavailableError {
  return new UnavailableError(`the account directory returned ${what}; accepted: ${accepted}`);
}
