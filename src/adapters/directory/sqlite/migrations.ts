import type { DatabaseKind } from '../../sqlite/database-kind.ts';

const MIGRATIONS: readonly string[] = [
  `
  -- One row: a file belongs to one environment for good. [ENV-1]
  CREATE TABLE environment (
    name TEXT NOT NULL CHECK (name IN ('sandbox', 'production'))
  ) STRICT;

  CREATE TABLE accounts (
    -- Names an account in errors without giving away its id.
    account_row INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL UNIQUE CHECK (account_id <> ''),
    status TEXT NOT NULL CHECK (
      status IN ('active', 'not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud')
    ),
    phone_number TEXT CHECK (
      phone_number GLOB '+[1-9]*' AND substr(phone_number, 2) NOT GLOB '*[^0-9]*'
      AND length(phone_number) BETWEEN 3 AND 16
    ),
    language TEXT CHECK (language <> ''),
    -- Live accounts are found first. [OQ-29]
    look_up_rank INTEGER NOT NULL GENERATED ALWAYS AS (
      CASE status WHEN 'active' THEN 0 WHEN 'not-eligible' THEN 1 ELSE 2 END
    ) VIRTUAL
  ) STRICT;

  -- Holds the order of a look-up too, so that a number of many closed accounts costs no more than one of a single one.
  CREATE INDEX accounts_by_phone_number ON accounts (phone_number, look_up_rank) WHERE phone_number IS NOT NULL;

  -- An association id belongs to one account, for the life of the contract. [FLOW-1, FLOW-2, FLOW-4]
  -- Those of one account are found by going through them all: only an operator asks, and an index would cost every
  -- import much time and space.
  CREATE TABLE associations (
    association_id TEXT PRIMARY KEY NOT NULL CHECK (association_id <> ''),
    account_row INTEGER NOT NULL REFERENCES accounts (account_row)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Of several active accounts with one number, the one that a look-up by number means. [OQ-86]
  ALTER TABLE accounts ADD COLUMN preferred INTEGER NOT NULL DEFAULT 0 CHECK (preferred IN (0, 1));
  DROP INDEX accounts_by_phone_number;
  CREATE INDEX accounts_by_phone_number ON accounts (phone_number, look_up_rank, preferred DESC)
    WHERE phone_number IS NOT NULL;
  `,
  `
  -- Rises with each change of status or number: who goes away and comes back is not who was there before. [OQ-70]
  ALTER TABLE accounts ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  `,
];

/** `accounts.sqlite`: `gspa` in its header; `gspA` in that of a backup. */
export const directoryKind: DatabaseKind = {
  name: 'an account directory',
  applicationId: 0x67_73_70_61,
  backupId: 0x67_73_70_41,
  migrations: MIGRATIONS,
  readEnvironment: 'SELECT name AS environment FROM environment',
  writeEnvironment: 'INSERT INTO environment (name) VALUES (?)',
};
