import { createSystemClock } from '../adapters/system/system-clock.ts';
import { phoneNumberSecret } from '../domain/phone-number.ts';
import { meaningOf } from '../domain/reason-meanings.ts';
import { findRecipient } from '../domain/recipient.ts';
import type { Account, AccountDirectory } from '../ports/account-directory.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import { createDeadline } from '../ports/deadline.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import type { Settings } from '../settings/settings.ts';
import { type DataSettings, directoryOf } from '../wiring/data-kinds.ts';
import { recipientPolicyOf } from '../wiring/policy.ts';

/** What an operator asks a directory for. Compared exactly; numbers in E.164. */
export interface DirectoryQuestion {
  readonly by: 'phoneNumber' | 'associationId' | 'accountId';
  readonly value: string;
}

export interface DirectoryAnswer {
  /** Where the accounts are, such as a file or a URL. */
  readonly where: string;
  readonly durationMs: number;
  /** Of a number 8 at most, in the order in which they count. Empty: nobody has it. */
  readonly accounts: readonly Account[];
  /** What sendOtp would decide on it, limits aside. By account id: a sendOtp by one of its association ids. */
  readonly decision: SendOtpDecision;
}

export type SendOtpDecision =
  | { readonly kind: 'code'; readonly accountId: string }
  | { readonly kind: 'result'; readonly result: string; readonly meaning: string | undefined }
  /** 404 INVALID_IDENTIFIER. */
  | { readonly kind: 'unknown-identifier' }
  /** 503. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Asks the directory as a request would, and changes nothing. Throws `UnavailableError`, which says why, if it gives no answer
 * that can be used.
 */
export async function askDirectory(
  settings: DataSettings & Pick<Settings, 'phoneNumbers' | 'requests'>,
  question: DirectoryQuestion,
): Promise<DirectoryAnswer> {
  const { row, terms } = directoryOf(settings);
  const clock = createSystemClock();
  const { directory } = await row.open(terms, 'read', clock);
  const deadline = createDeadline(clock, settings.requests.budgetMs);
  try {
    const startedMs = clock.steadyMs();
    const accounts = await accountsBy(question, directory, deadline);
    const durationMs = clock.steadyMs() - startedMs;
    const decision = await decisionOn(question, accounts, { clock, deadline, settings });
    return { where: row.where(terms), durationMs, accounts, decision };
  } finally {
    deadline.cancel();
    await directory.close();
  }
}

async function accountsBy(
  { by, value }: DirectoryQuestion,
  directory: AccountDirectory,
  deadline: Deadline,
): Promise<readonly Account[]> {
  if (by === 'phoneNumber') return directory.findByPhoneNumber(phoneNumberSecret(value), deadline);
  const account =
    by === 'associationId'
      ? await directory.findByAssociationId(value, deadline)
      : await directory.findByAccountId(value, deadline);
  return account === undefined ? [] : [account];
}

interface Circumstances {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly settings: Pick<Settings, 'phoneNumbers'>;
}

/** By the rules of sendOtp, for whom the directory has just these accounts. */
async function decisionOn(
  { by, value }: DirectoryQuestion,
  accounts: readonly Account[],
  { clock, deadline, settings }: Circumstances,
): Promise<SendOtpDecision> {
  const directory = {
    findByAssociationId: async () => accounts[0],
    findByPhoneNumber: async () => accounts,
  };
  const isNumber = by === 'phoneNumber';
  const identifier = {
    accountPhoneNumber: isNumber ? phoneNumberSecret(value) : undefined,
    associationId: isNumber ? undefined : value,
  };
  try {
    const policy = recipientPolicyOf(settings);
    const found = await findRecipient(identifier, { directory, clock, policy, deadline });
    if (found.kind === 'recipient') return { kind: 'code', accountId: found.accountId };
    if (found.kind === 'unknown-association') return { kind: 'unknown-identifier' };
    return { kind: 'result', result: found.result, meaning: meaningOf(found.reason) };
  } catch (error) {
    if (error instanceof UnavailableError) return { kind: 'unavailable', reason: error.message };
    throw error;
  }
}
