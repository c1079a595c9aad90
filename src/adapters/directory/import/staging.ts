import { closeSync, openSync, rmSync, unlinkSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { ReportProblem } from './problems.ts';
import type { ImportRow } from './row.ts';

/*
 * Rows wait in a database of their own until the whole file is known to be sound. It lies beside the directory, since
 * that is where phone numbers may lie and where there is room, and loses its name at once: whatever ends the
 * process, nothing of it is left. NULL leaves the account's value as it is, an empty text takes it away.
 */
const SCHEMA = `
  PRAGMA staged.journal_mode = MEMORY;
  PRAGMA staged.synchronous = OFF;
  PRAGMA staged.cache_size = -32768;
  CREATE TABLE staged.accounts (
    account_id TEXT PRIMARY KEY NOT NULL, line INTEGER NOT NULL, status TEXT, phone_number TEXT, language TEXT,
    preferred INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE staged.associations (
    association_id TEXT PRIMARY KEY NOT NULL, line INTEGER NOT NULL, account_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Attaches an empty staging database as `staged`, in a file beside `aside`; it goes with the connection. */
export function attachStaging(database: DatabaseSync, aside: string): void {
  const file = `${aside}.import-${process.pid}`;
  // What an earlier process of that number left; and no link is followed.
  rmSync(file, { force: true });
  closeSync(openSync(file, 'wx', 0o600));
  try {
    database.prepare('ATTACH ? AS staged').run(file);
    database.exec(SCHEMA);
  } finally {
    unlinkSync(file);
  }
}

/** Adds rows to the staging database. An account or an association id that the file gave before is reported. */
export function createStager(database: DatabaseSync, report: ReportProblem): (row: ImportRow) => void {
  const addAccount = database.prepare(
    'INSERT INTO staged.accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const accountLine = database.prepare('SELECT line FROM staged.accounts WHERE account_id = ?');
  const addAssociation = database.prepare(
    'INSERT INTO staged.associations VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const associationLine = database.prepare('SELECT line FROM staged.associations WHERE association_id = ?');

  return ({ line, accountId, status, phoneNumber, language, preferred, associationIds }) => {
    const rank = preferred === undefined ? null : Number(preferred);
    const added = addAccount.run(
      accountId,
      line,
      status ?? null,
      phoneNumber ?? null,
      language ?? null,
      rank,
    );
    if (added.changes === 0) {
      const first = accountLine.get(accountId)?.['line'];
      report({ line, field: 'accountId', reason: `was given on line ${first} already` });
      return;
    }
    for (const associationId of associationIds) {
      if (addAssociation.run(associationId, line, accountId).changes === 1) continue;
      const first = associationLine.get(associationId)?.['line'];
      // Twice on one line says the same thing twice.
      if (first === line) continue;
      report({
        line,
        field: 'associationIds',
        reason: `holds one that was given to the account of line ${first}`,
      });
    }
  };
}
