import type { Account } from '../../ports/account-directory.ts';
import { shown } from '../../ports/hidden-characters.ts';

/** An account as it is printed in JSON. */
export interface ShownAccount {
  readonly accountId: string;
  readonly status: string;
  /** Masked, unless it is to be revealed. */
  readonly phoneNumber: string | null;
  readonly language: string | null;
  readonly preferred: boolean;
}

export function showAccount(
  { accountId, status, phoneNumber, language, preferred = false }: Account,
  reveal = false,
): ShownAccount {
  const number = reveal ? phoneNumber?.reveal() : phoneNumber?.toString();
  return { accountId, status, phoneNumber: number ?? null, language: language ?? null, preferred };
}

/** The same as lines of text. */
export function accountLines(account: ShownAccount): readonly string[] {
  return [
    `account id    ${shown(account.accountId)}`,
    `status        ${shown(account.status)}`,
    `phone number  ${shown(account.phoneNumber ?? '(none)')}`,
    ...(account.preferred ? ['preferred     of the active accounts with this number'] : []),
    `language      ${shown(account.language ?? '(the default)')}`,
  ];
}
