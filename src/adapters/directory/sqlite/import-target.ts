import type { DatabaseSync } from 'node:sqlite';
import { countWrite } from '../../sqlite/user-version.ts';
import type { ImportTarget, Slice, StagedAccounts } from '../import/import-target.ts';
import { attachStaging } from '../import/staging.ts';
import { type DirectoryFile, openDirectoryFile } from './directory-file.ts';
import {
  ASSOCIATE,
  CHANGE,
  COUNT_CLOSING,
  CREATE,
  FOREIGN_ASSOCIATIONS,
  NEW_WITHOUT_STATUS,
  SHARED_NUMBERS,
} from './import-statements.ts';

/** Room for the indexes; and what a statement sets aside is bounded by a slice, and needs no file elsewhere. */
const SETTINGS = `
  PRAGMA main.cache_size = -32768;
  PRAGMA temp_store = MEMORY;
  PRAGMA foreign_keys = OFF;
  PRAGMA busy_timeout = 5000;
`;

/** A missing directory is made. Rows wait in the same connection, so that a statement goes from them to the accounts. */
export function openImportTarget(location: DirectoryFile): ImportTarget {
  const database = openDirectoryFile(location, { create: true });
  try {
    database.exec(SETTINGS);
    attachStaging(database, location.file);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    staging: database,
    path: location.file,
    async transaction(run) {
      database.exec('BEGIN IMMEDIATE');
      const { keep, result } = await run(stagedAccounts(database));
      if (keep) countWrite(database);
      database.exec(keep ? 'COMMIT' : 'ROLLBACK');
      // A log of the import's length would slow down the readers for as long as the server runs.
      database.exec('PRAGMA main.wal_checkpoint(TRUNCATE)');
      return result;
    },
    close: async () => database.close(),
  };
}

function stagedAccounts(database: DatabaseSync): StagedAccounts {
  const linesOf = (sql: string) => {
    const statement = database.prepare(sql);
    return (slice: Slice) => statement.all({ ...slice }).map(({ line }) => Number(line));
  };
  const changesOf = (sql: string) => {
    const statement = database.prepare(sql);
    return (slice: Slice) => Number(statement.run({ ...slice }).changes);
  };
  const newWithoutStatus = linesOf(NEW_WITHOUT_STATUS);
  const countClosing = database.prepare(COUNT_CLOSING);
  const change = changesOf(CHANGE);
  const create = changesOf(CREATE);
  const foreignAssociations = linesOf(FOREIGN_ASSOCIATIONS);
  const associate = changesOf(ASSOCIATE);
  const sharedNumbers = database.prepare(SHARED_NUMBERS);
  const count = database.prepare('SELECT count(*) AS accounts FROM main.accounts');
  return {
    putAccounts: async (slice) => ({
      withoutStatus: newWithoutStatus(slice),
      closed: Number(countClosing.get({ ...slice })?.['closing']),
      changed: change(slice),
      created: create(slice),
    }),
    putAssociations: async (slice) => ({ foreign: foreignAssociations(slice), added: associate(slice) }),
    sharedNumbers: async (slice) =>
      sharedNumbers.all({ ...slice }).map(({ line, other_line: other }) => ({
        line: Number(line),
        otherLine: other === 0 ? undefined : Number(other),
      })),
    count: async () => Number(count.get()?.['accounts']),
  };
}
