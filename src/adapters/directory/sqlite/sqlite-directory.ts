import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountDirectory, AssociationKeeper } from '../../../ports/account-directory.ts';
import type { Deadline } from '../../../ports/clock.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { type CheckBeside, checkAtOpening, checkBeside } from '../../sqlite/check.ts';
import { openingFailure, saysDamaged } from '../../sqlite/failure.ts';
import { FilePlace } from '../../sqlite/file-place.ts';
import { refuseBackup, schemaFault } from '../../sqlite/judge-schema.ts';
import { openDatabase } from '../../sqlite/open-database.ts';
import type { AccountEditor } from '../directory-kind.ts';
import { ACCOUNT_COLUMNS, readAccount } from '../rows/account-row.ts';
import { openAccountEditor } from './account-editor.ts';
import { type DirectoryFile, openDirectoryFile } from './directory-file.ts';
import { directoryKind } from './migrations.ts';

/**
 * The whole server waits: a reader for the moment in which a crashed writer's log is cleaned up, and never for a writer at
 * work; an association that is written, for another writer.
 */
const WAIT_MS = 100;

export const FIND_BY_ASSOCIATION_ID = `
  SELECT ${ACCOUNT_COLUMNS} FROM associations JOIN accounts USING (account_row) WHERE association_id = ?`;

export const FIND_BY_ACCOUNT_ID = `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE account_id = ?`;

export const FIND_BY_PHONE_NUMBER = `
  SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE phone_number = ? ORDER BY look_up_rank, preferred DESC, account_row LIMIT 8`;

/** The directory on a file that other processes write and may replace. */
export interface SqliteDirectory extends AccountDirectory {
  /**
   * Why the directory can't be relied on: its file is not where it was, or has another schema, and then nobody is
   * looked up; or damage was found. Looks at the disk. `undefined`: all is well.
   */
  fault(): string | undefined;
}

/**
 * The accounts that `gsp-otp accounts` keeps in a file of its own, for a server: each look-up sees what was committed last,
 * and nothing is written but associations. A missing file is made, empty, and an older one brought to the current schema, unless it is opened
 * `readOnly`, and then it keeps no associations. Throws `UnavailableError` as `openDatabase` does, or if the file is damaged.
 */
export function openSqliteDirectory(location: DirectoryFile, { readOnly = false } = {}): SqliteDirectory {
  const open = openForReading(location, readOnly);
  const { database, place } = open;
  const byAssociationId = database.prepare(FIND_BY_ASSOCIATION_ID);
  const byAccountId = database.prepare(FIND_BY_ACCOUNT_ID);
  const byPhoneNumber = database.prepare(FIND_BY_PHONE_NUMBER);
  const anyAccount = database.prepare('SELECT account_row FROM accounts LIMIT 1');
  const { ask, fault } = judging(open, location.file);
  const findOne = async (find: StatementSync, key: string, deadline: Deadline) => {
    // SQLite would take half a surrogate pair for U+FFFD, and so for another id.
    if (!key.isWellFormed()) return undefined;
    const row = ask(deadline, () => find.get(key));
    return row && readAccount(row);
  };
  return {
    fault,
    findByAssociationId: (associationId, deadline) => findOne(byAssociationId, associationId, deadline),
    findByAccountId: (accountId, deadline) => findOne(byAccountId, accountId, deadline),
    async findByPhoneNumber(phoneNumber, deadline) {
      const number = phoneNumber.reveal();
      if (!number.isWellFormed()) return [];
      return ask(deadline, () => byPhoneNumber.all(number)).map(readAccount);
    },
    async check(deadline) {
      const reason = fault();
      if (reason !== undefined) throw new UnavailableError(reason);
      ask(deadline, () => anyAccount.get());
    },
    ...(!readOnly && { associations: associationsIn(location, ask) }),
    async close() {
      open.aside.stop();
      if (!database.isOpen) return;
      database.close();
      place?.close();
    },
  };
}

/** They are rare, and the file may be another one by the next: each is written through a connection of its own. */
function associationsIn(location: DirectoryFile, ask: Ask): AssociationKeeper {
  const write = async <T>(deadline: Deadline, step: (editor: AccountEditor) => Promise<T>) => {
    const editor = ask(deadline, () => openAccountEditor(location, WAIT_MS));
    try {
      return await step(editor);
    } finally {
      await editor.close();
    }
  };
  return {
    associate: ({ accountId, associationId }, deadline) =>
      write(deadline, (editor) => editor.associate(accountId, associationId)),
    dissociate: (associationId, deadline) => write(deadline, (editor) => editor.dissociate(associationId)),
  };
}

type Ask = <T>(deadline: Deadline, question: () => T) => T;

const CLOSED = 'the account directory is closed';

/** What every question goes through, and what tells why there are no answers. */
function judging(open: OpenDirectory, file: string) {
  const { database, place } = open;
  let unusable: string | undefined;

  function ask<T>(deadline: Deadline, question: () => T): T {
    if (!database.isOpen) throw new UnavailableError(CLOSED);
    if (unusable !== undefined) throw new UnavailableError(unusable);
    if (deadline.remainingMs() <= 0) {
      throw new UnavailableError('the account directory was asked after the deadline');
    }
    try {
      return question();
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      if (saysDamaged(error))
        open.damaged ??= `${file} is damaged; restore a backup, or import the accounts again`;
      throw new UnavailableError("the account directory can't be read", { cause: error });
    }
  }

  function fault(): string | undefined {
    if (!database.isOpen) return CLOSED;
    unusable = place?.fault() ?? schemaFault(database, directoryKind, file);
    return unusable ?? open.damaged;
  }

  return { ask, fault };
}

interface OpenDirectory {
  readonly database: DatabaseSync;
  /** `undefined`: it is opened for a command, which is over before a file would be missed. */
  readonly place: FilePlace | undefined;
  /** The newest check. */
  aside: CheckBeside;
  damaged: string | undefined;
}

function openForReading(location: DirectoryFile, readOnly: boolean): OpenDirectory {
  const { file, environment } = location;
  refuseBackup(file, directoryKind);
  if (!readOnly) openDirectoryFile(location, { create: true }).close();
  const order = { file, environment, access: 'read', waitMs: WAIT_MS } as const;
  const { database } = openDatabase(directoryKind, order);
  try {
    const note = (reason: string) => {
      opened.damaged = reason;
    };
    const onTouched = () => {
      opened.aside.stop();
      opened.aside = checkBeside(file, note);
    };
    const aside = checkAtOpening(database, file, note);
    // From the first read on SQLite keeps log and index for as long as the database is open; a restored one has none yet.
    const place = readOnly ? undefined : new FilePlace(file, [], onTouched);
    const opened: OpenDirectory = { database, place, aside, damaged: undefined };
    return opened;
  } catch (error) {
    database.close();
    throw openingFailure(error, file);
  }
}
