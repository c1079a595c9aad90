import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { openDatabase } from '../../sqlite/open-database.ts';
import { readUserVersion } from '../../sqlite/user-version.ts';
import type { CarriedAccount, CarriedAssociation, LeavingAccounts } from '../moving.ts';
import type { DirectoryFile } from './directory-file.ts';
import { directoryKind } from './migrations.ts';
import { markMoved } from './moved-mark.ts';

/** Rows of a part. */
const PART_ROWS = 4000;
const WAIT_MS = 5000;

/** Throws `UnavailableError` if there are none, or as `openDatabase` does. */
export function leaveAccounts({ file, environment }: DirectoryFile): LeavingAccounts {
  if (!isThere(file)) throw new UnavailableError(`${file} is not there: there are no accounts to move`);
  const order = { file, environment, access: 'write', waitMs: WAIT_MS } as const;
  const { database } = openDatabase(directoryKind, order);
  const accounts = database.prepare(`
    SELECT account_row, account_id, status, phone_number, language, preferred, revision FROM accounts
    WHERE account_row > ? ORDER BY account_row LIMIT ${PART_ROWS}`);
  const associations = database.prepare(`
    SELECT association_id, account_id FROM associations JOIN accounts USING (account_row)
    WHERE association_id > ? ORDER BY association_id LIMIT ${PART_ROWS}`);
  return {
    version: () => readUserVersion(database),
    *accounts() {
      for (let after = 0; ; ) {
        const rows = accounts.all(after);
        if (rows.length === 0) return;
        after = Number(rows.at(-1)?.['account_row']);
        yield rows.map(({ account_row: _, preferred, ...row }) => {
          return { ...row, preferred: preferred === 1 } as unknown as CarriedAccount;
        });
      }
    },
    *associations() {
      for (let after = ''; ; ) {
        const rows = associations.all(after) as unknown as readonly CarriedAssociation[];
        if (rows.length === 0) return;
        yield rows;
        after = rows.at(-1)?.association_id ?? after;
      }
    },
    leave: (where) => markMoved(file, where),
    close: () => database.close(),
  };
}
