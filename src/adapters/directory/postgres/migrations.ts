import type { SchemaPart } from '../../postgres/migrate.ts';

const FIRST = `
  -- Keys are compared as bytes, whatever the locale of the database.
  CREATE TABLE {schema}.account (
    -- Names an account in errors without giving away its id.
    account_row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL UNIQUE CHECK (account_id <> ''),
    status text NOT NULL CHECK (
      status IN ('active', 'not-eligible', 'closed', 'closed-account-taken-over', 'closed-fraud')
    ),
    phone_number text COLLATE "C" CHECK (phone_number ~ '^[+][1-9][0-9]{1,14}$'),
    language text CHECK (language <> ''),
    -- Of several active accounts with one number, the one that a look-up by number means. [OQ-86]
    preferred boolean NOT NULL DEFAULT false,
    -- Rises with each change of status or number: who goes away and comes back is not who was there before. [OQ-70]
    revision bigint NOT NULL DEFAULT 0,
    -- Live accounts are found first. [OQ-29]
    look_up_rank integer NOT NULL GENERATED ALWAYS AS (
      CASE status WHEN 'active' THEN 0 WHEN 'not-eligible' THEN 1 ELSE 2 END
    ) STORED
  );

  -- Holds the order of a look-up too, so that a number of many closed accounts costs no more than one of a single one.
  CREATE INDEX account_phone_number ON {schema}.account (phone_number, look_up_rank, preferred DESC, account_row)
    WHERE phone_number IS NOT NULL;

  -- An association id belongs to one account, for the life of the contract. [FLOW-1, FLOW-2, FLOW-4]
  -- It is found by its SHA-256, since an index holds no text of 1024 characters.
  -- Those of one account are found by going through them all: only an operator asks, and an index would cost every
  -- import much time and space.
  CREATE TABLE {schema}.association (
    digest bytea PRIMARY KEY,
    association_id text NOT NULL,
    account_row bigint NOT NULL REFERENCES {schema}.account (account_row)
  );
  `;

/** The tables of accounts and associations. */
export const accountsPart: SchemaPart = {
  name: 'accounts',
  migrations: [{ sql: FIRST, oldestVersion: 1 }],
};
