import type {
  AccountEditor,
  AccountsKeeper,
  AssociatedAccount,
} from '../adapters/directory/directory-kind.ts';
import { importAccounts } from '../adapters/directory/import/accounts-import.ts';
import type { ImportOrder, ImportResult } from '../adapters/directory/import/import-order.ts';
import { isPlausibleShare } from '../domain/limits/closed-guard.ts';
import { doubtAbout } from '../domain/number-doubts.ts';
import type { AccountStatus } from '../ports/account-directory.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, directoryOf } from '../wiring/data-kinds.ts';
import { closedGuardOf } from '../wiring/policy.ts';

/** The directory for an operator to look at and change. Throws `UnavailableError` if there is none, or it isn't ours. */
export function editAccounts(settings: DataSettings): Promise<AccountEditor> {
  const { keeper, terms } = keeperOf(settings);
  return keeper.edit(terms);
}

/** How many accounts the directory holds, whatever their status. Throws `UnavailableError` as `editAccounts` does. */
export async function countAccounts(settings: DataSettings): Promise<number> {
  const editor = await editAccounts(settings);
  try {
    return await editor.count();
  } finally {
    await editor.close();
  }
}

/**
 * Imports a file into the directory, which is made if it is missing. One that closes more accounts than is plausible is not
 * applied unless their number is confirmed [OQ-95]. Throws `UnavailableError` if the directory isn't ours.
 */
export async function importIntoAccounts(
  settings: DataSettings & Pick<Settings, 'closedGuard'>,
  order: ImportOrder,
): Promise<ImportResult> {
  const { keeper, terms } = keeperOf(settings);
  const policy = closedGuardOf(settings);
  const mayClose = (closing: number, held: number) =>
    policy === undefined || isPlausibleShare(closing, held, policy);
  return importAccounts({ doubtAbout, mayClose, ...order }, () => keeper.importTarget(terms));
}

/** An account as an import reads it, in the clear. What it doesn't have is absent. */
export interface ExportedAccount {
  readonly accountId: string;
  readonly status: AccountStatus;
  readonly phoneNumber?: string | undefined;
  readonly language?: string | undefined;
  readonly associationIds: readonly string[];
  readonly preferred?: boolean | undefined;
}

/**
 * All accounts, some at a time, in the order in which they were made; while somebody changes accounts it tells of some before
 * and of some after. `associated`: with their association ids. Throws `UnavailableError` as `editAccounts` does.
 */
export async function* allAccounts(
  settings: DataSettings,
  options: { readonly associated: boolean },
): AsyncGenerator<readonly AssociatedAccount[]> {
  const editor = await editAccounts(settings);
  try {
    for (let after: number | undefined = 0; ; ) {
      const { accounts, last } = await editor.page(after, options);
      if (last === undefined) return;
      yield accounts;
      after = last;
    }
  } finally {
    await editor.close();
  }
}

/** As `importIntoAccounts` takes it back from a line of NDJSON. */
export function exportedAccount(account: AssociatedAccount): ExportedAccount {
  const { accountId, status, phoneNumber, language, associationIds, preferred } = account;
  return { accountId, status, phoneNumber: phoneNumber?.reveal(), language, associationIds, preferred };
}

type Terms = ReturnType<typeof directoryOf>['terms'];

function keeperOf(settings: DataSettings): { keeper: AccountsKeeper<Terms['settings']>; terms: Terms } {
  const { row, terms } = directoryOf(settings);
  if (row.accounts !== undefined) return { keeper: row.accounts, terms };
  throw new UnavailableError(
    `the accounts are in ${row.where(terms)}, and are kept there: gsp-otp accounts neither shows nor changes them; ` +
      'gsp-otp directory lookup shows what sendOtp would find',
  );
}
