import type { AccountStatus } from '../../../ports/account-directory.ts';
import { isE164 } from '../../../ports/e164.ts';
import { hiddenInId } from '../../../ports/hidden-characters.ts';
import {
  type AccountField,
  fieldRules,
  isAccountId,
  isAccountStatus,
  isAssociationId,
  isLanguageTag,
} from '../rows/account-fields.ts';
import type { ReportProblem } from './problems.ts';

/** A row as its format gives it. What is absent leaves the account as it is; an empty text means "none". */
export interface GivenRow {
  readonly line: number;
  readonly texts: Readonly<Partial<Record<TextField, string>>>;
  readonly associationIds: readonly string[];
}

export type TextField = Exclude<AccountField, 'associationIds'>;

/** A row whose fields are each sound. `undefined` leaves the account as it is, an empty text takes the value away. */
export interface ImportRow {
  readonly line: number;
  readonly accountId: string;
  readonly status: AccountStatus | undefined;
  readonly phoneNumber: string | undefined;
  readonly language: string | undefined;
  /** `undefined` leaves it as it is. */
  readonly preferred: boolean | undefined;
  /** Added to those that the account has. */
  readonly associationIds: readonly string[];
}

/** `undefined`: at least one field is wrong, and each was reported. */
export function checkRow(given: GivenRow, report: ReportProblem): ImportRow | undefined {
  const { line, associationIds } = given;
  const { accountId = '', status, phoneNumber, language, preferred } = given.texts;
  const wrong: AccountField[] = [];
  if (!isAccountId(accountId)) wrong.push('accountId');
  if (status !== undefined && !isAccountStatus(status)) wrong.push('status');
  if (phoneNumber && !isE164(phoneNumber)) wrong.push('phoneNumber');
  if (language && !isLanguageTag(language)) wrong.push('language');
  if (preferred && preferred !== 'true' && preferred !== 'false') wrong.push('preferred');
  if (!associationIds.every(isAssociationId)) wrong.push('associationIds');
  for (const field of wrong) report({ line, field, reason: reasonFor(field, given) });
  if (wrong.length > 0) return undefined;
  return {
    line,
    accountId,
    status: isAccountStatus(status) ? status : undefined,
    phoneNumber,
    language,
    preferred: preferred === undefined ? undefined : preferred === 'true',
    associationIds,
  };
}

/** What can't be seen is named, since the value itself is neither repeated nor would show it. [OQ-85] */
function reasonFor(field: AccountField, { texts, associationIds }: GivenRow): string {
  const values = field === 'associationIds' ? associationIds : [texts[field] ?? ''];
  const hidden = values.map(hiddenInId).find((found) => found !== undefined);
  return hidden === undefined ? fieldRules[field] : `${fieldRules[field]}, and has ${hidden}`;
}
