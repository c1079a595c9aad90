import type { Account, AccountDirectory } from '../../../ports/account-directory.ts';
import type { Deadline } from '../../../ports/clock.ts';
import { NOBODYS_NUMBER } from '../../../ports/e164.ts';
import type { OpenedDirectory } from '../directory-kind.ts';
import { byDeadline } from '../rows/by-deadline.ts';
import {
  directoryFault,
  FOREIGN_ACCOUNTS_MAX,
  foreignAccount,
  inOrder,
  type LookUp,
} from '../rows/foreign-account.ts';
import type { ReadDatabase } from './read-database.ts';
import type { SqlDirectorySettings } from './settings.ts';

/** Connects when it is first asked. */
export async function openDirectory(settings: SqlDirectorySettings): Promise<OpenedDirectory> {
  const database =
    settings.engine === 'postgres'
      ? (await import('./postgres.ts')).readPostgres(settings)
      : (await import('./mysql.ts')).readMysql(settings);
  return { directory: sqlDirectory(settings, database) };
}

function sqlDirectory(settings: SqlDirectorySettings, database: ReadDatabase): AccountDirectory {
  const { statuses } = settings;
  const statements = {
    phoneNumber: bounded(settings.byPhoneNumber),
    accountId: bounded(settings.byAccountId),
    associationId: settings.byAssociationId && bounded(settings.byAssociationId, 'association_id'),
  };
  const lookUp = async (asked: LookUp, deadline: Deadline): Promise<readonly Account[]> => {
    const { by, value } = asked;
    const statement = statements[by];
    if (statement === undefined || isNoText(value)) return [];
    const rows = await byDeadline(deadline, () => database.read(statement, value));
    if (rows.length > FOREIGN_ACCOUNTS_MAX)
      throw directoryFault(`answered with more than ${FOREIGN_ACCOUNTS_MAX} rows for one ${by}`);
    return inOrder(
      rows.filter((row) => isOfId(row, asked)).map((row) => foreignAccount(fieldsOf(row), statuses)),
      asked,
    );
  };
  return {
    findByAssociationId: async (value, deadline) =>
      (await lookUp({ by: 'associationId', value }, deadline))[0],
    findByAccountId: async (value, deadline) => (await lookUp({ by: 'accountId', value }, deadline))[0],
    findByPhoneNumber: (number, deadline) => lookUp({ by: 'phoneNumber', value: number.reveal() }, deadline),
    async check(deadline) {
      // Of nobody: tables, columns and rights are asked for all the same.
      for (const by of ['phoneNumber', 'associationId', 'accountId'] as const) {
        const found = await lookUp({ by, value: NOBODYS_NUMBER }, deadline);
        if (found.length > 0) throw directoryFault(`knows somebody by a ${by} that nobody has`);
      }
    },
    close: () => database.close(),
  };
}

/**
 * Asks for the columns by name, so that one that is missing is an error at the first question and not at the first customer,
 * and for so many rows and no more.
 */
function bounded(query: string, ...columns: readonly string[]): string {
  const needed = ['account_id', 'status', 'phone_number', ...columns].map((name) => `looked_up.${name}`);
  return `SELECT ${needed.join(', ')}, looked_up.* FROM (\n${query}\n) AS looked_up LIMIT ${FOREIGN_ACCOUNTS_MAX + 1}`;
}

/** Databases that compare without regard to case find what nobody asked for. [HDR-9] */
function isOfId(row: Readonly<Record<string, unknown>>, { by, value }: LookUp): boolean {
  if (by === 'phoneNumber') return true;
  return String(row[by === 'accountId' ? 'account_id' : 'association_id']) === value;
}

function fieldsOf(row: Readonly<Record<string, unknown>>) {
  return {
    accountId: row['account_id'],
    status: row['status'],
    phoneNumber: row['phone_number'],
    language: row['language'],
    preferred: row['preferred'],
    revision: row['revision'],
  };
}

/** No database has such text, and so no account by it. */
function isNoText(value: string): boolean {
  return value === '' || !value.isWellFormed() || value.includes('\0');
}
