/**
 * Accounts that are kept elsewhere, in the server of whoever keeps them. `node own-directory.ts` starts the sandbox with
 * one account and stops in order at SIGTERM or Ctrl-C. In a project of yours: `npm install` the package first.
 */
import { type Account, type AccountDirectory, compose, loadConfig, Secret, UnavailableError } from 'gsp-otp';

/** An account as you keep it. */
export interface OwnAccount extends Omit<Account, 'phoneNumber'> {
  readonly phoneNumber?: string | undefined;
  readonly associationIds?: readonly string[] | undefined;
}

/** Active accounts first, then those that may become so, then closed ones; of each kind the preferred ones. */
function rankOf({ status, preferred }: OwnAccount): number {
  const kind = status === 'active' ? 0 : status === 'not-eligible' ? 2 : 4;
  return kind + (preferred ? 0 : 1);
}

function accountOf({ associationIds: _, phoneNumber, ...account }: OwnAccount): Account {
  return { ...account, phoneNumber: phoneNumber === undefined ? undefined : new Secret(phoneNumber) };
}

/** A directory of accounts that are in memory; yours asks a database or a service, within the deadline. */
export function createOwnDirectory(accounts: readonly OwnAccount[]): AccountDirectory {
  const byAssociation = new Map(
    accounts.flatMap((account) => (account.associationIds ?? []).map((id) => [id, account] as const)),
  );
  let closed = false;
  const mustAnswer = (remainingMs: number) => {
    if (closed || remainingMs <= 0) throw new UnavailableError('the directory did not answer in time');
  };
  return {
    async findByAssociationId(associationId, deadline) {
      mustAnswer(deadline.remainingMs());
      const found = byAssociation.get(associationId);
      return found && accountOf(found);
    },
    async findByAccountId(accountId, deadline) {
      mustAnswer(deadline.remainingMs());
      const found = accounts.find((account) => account.accountId === accountId);
      return found && accountOf(found);
    },
    async findByPhoneNumber(phoneNumber, deadline) {
      mustAnswer(deadline.remainingMs());
      return accounts
        .filter((account) => account.phoneNumber === phoneNumber.reveal())
        .toSorted((one, other) => rankOf(one) - rankOf(other))
        .slice(0, 8)
        .map(accountOf);
    },
    async check(deadline) {
      mustAnswer(deadline.remainingMs());
    },
    async close() {
      closed = true;
    },
  };
}

if (import.meta.main) {
  const maria: OwnAccount = {
    accountId: 'wallet-1',
    status: 'active',
    phoneNumber: '+14035550123',
    language: 'en',
    associationIds: ['maria'],
  };
  const application = await compose(loadConfig({ env: process.env }), {
    directory: createOwnDirectory([maria]),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => application.close(signal));
  }
  const { methods, operator } = await application.listen();
  console.log(`methods ${methods}, operator ${operator}`);
}
