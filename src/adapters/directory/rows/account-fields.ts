import type { AccountStatus } from '../../../ports/account-directory.ts';
import { hiddenInId } from '../../../ports/hidden-characters.ts';

const STATUSES: ReadonlySet<string> = new Set<AccountStatus>([
  'active',
  'not-eligible',
  'closed',
  'closed-account-taken-over',
  'closed-fraud',
]);

export function isAccountStatus(value: unknown): value is AccountStatus {
  return typeof value === 'string' && STATUSES.has(value);
}

/** What each field of an account must look like, to tell whoever gave another value. */
export const fieldRules = {
  accountId: 'must be 1 to 256 characters that can be seen, without space at either end',
  status: `must be one of ${[...STATUSES].join(', ')}`,
  phoneNumber: 'must be E.164, + and 2 to 15 digits such as +14035551111, or empty for none',
  language: 'must be a BCP 47 language tag such as pt or pt-BR, or empty for none',
  preferred: 'must be true or false',
  associationIds: 'must each be 1 to 1024 characters that can be seen, without space at either end',
} as const;

/** A column or member beside the fields: why a row was rejected. Passed over when it is imported again. */
export const PROBLEM_FIELD = 'problem';

export type AccountField = keyof typeof fieldRules;

export const accountFields = Object.keys(fieldRules) as readonly AccountField[];

export function isAccountField(name: string): name is AccountField {
  return Object.hasOwn(fieldRules, name);
}

export function isAccountId(value: string): boolean {
  return isIdentifier(value, 256);
}

export function isAssociationId(value: string): boolean {
  return isIdentifier(value, 1024);
}

/**
 * Opaque, but something that a file holds on purpose: what nobody sees, at an end or within, would never be found again.
 * [OQ-85]
 */
function isIdentifier(value: string, lengthMax: number): boolean {
  return (
    value.length > 0 &&
    value.length <= lengthMax &&
    value.trim().length === value.length &&
    hiddenInId(value) === undefined
  );
}

const knownLanguages = new Set<string>();

/** Whether `value` is a well-formed BCP 47 tag; whether it names a language that exists is not asked. */
export function isLanguageTag(value: string): boolean {
  if (knownLanguages.has(value)) return true;
  if (value.length > 35) return false;
  try {
    Intl.getCanonicalLocales(value);
  } catch {
    return false;
  }
  // A file has few languages and many rows. The bound is for the file that hasn't.
  if (knownLanguages.size < 1000) knownLanguages.add(value);
  return true;
}
