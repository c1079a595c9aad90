import type { DirectoryKind } from '../adapters/directory/directory-kind.ts';
import { type DataSettings, directoryOf } from '../wiring/data-kinds.ts';

export interface AccountsMove {
  /** Carries all of them, unless none has changed since the last time. Resolves to how many there are. */
  carry(signal: AbortSignal | undefined): Promise<number>;
  /** From now on nobody changes them in the old place. */
  leave(): void;
  close(): Promise<void>;
}

/**
 * Opens the account directory that `from` names, and the one that `to` names. `undefined`: they stay where they are, as
 * those of a directory that is not ours do. Throws `UnavailableError` if one can't be used.
 */
export async function openAccountsMove(
  from: DataSettings,
  to: DataSettings,
): Promise<AccountsMove | undefined> {
  const [source, target] = [directoryOf(from), directoryOf(to)];
  const { leave } = (source.row as DirectoryKind).accounts ?? {};
  const { enter } = (target.row as DirectoryKind).accounts ?? {};
  if (leave === undefined || enter === undefined) return undefined;
  const leaving = await leave(source.terms);
  const entering = await enter(target.terms).catch((error: unknown) => {
    leaving.close();
    throw error;
  });
  let carried: { readonly version: number; readonly accounts: number } | undefined;
  return {
    async carry(signal) {
      const version = leaving.version();
      if (carried?.version === version) return carried.accounts;
      let accounts = 0;
      for (const part of leaving.accounts()) {
        await entering.accounts(part);
        accounts += part.length;
        signal?.throwIfAborted();
      }
      for (const part of leaving.associations()) {
        await entering.associations(part);
        signal?.throwIfAborted();
      }
      carried = { version, accounts };
      return accounts;
    },
    leave: () => leaving.leave(target.row.where(target.terms)),
    async close() {
      leaving.close();
      await entering.close();
    },
  };
}
