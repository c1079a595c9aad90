import { connectTo } from '../../postgres/connect.ts';
import { DatabaseError, sqlStateOf } from '../../postgres/failure.ts';
import { directoryFault } from '../rows/foreign-account.ts';
import type { ReadDatabase } from './read-database.ts';
import type { SqlDirectorySettings } from './settings.ts';

/** PostgreSQL, whose sessions can only read, and which gives up by itself what is waited for no more. */
export function readPostgres(settings: SqlDirectorySettings): ReadDatabase {
  const { timeoutMs } = settings;
  const database = connectTo(settings, {
    statementMs: timeoutMs,
    readOnly: true,
    standbyToo: true,
    settingsOf: 'directory',
    session: { default_transaction_read_only: 'on', statement_timeout: `${timeoutMs}ms` },
  });
  return {
    async read(statement, value) {
      try {
        return await database.read(statement, [value]);
      } catch (error) {
        throw directoryFault(`failed: ${reasonOf(error)}`, error);
      }
    },
    close: () => database.close(),
  };
}

/** What is wrong with a query or with rights names tables and columns; other words of the server may have values in them. */
function reasonOf(error: unknown): string {
  const state = error instanceof DatabaseError ? sqlStateOf(error.cause) : undefined;
  const tells = state === undefined || /^(?:08|28|3D|42|57)/.test(state);
  return tells && error instanceof Error ? error.message : `SQLSTATE ${state}`;
}
