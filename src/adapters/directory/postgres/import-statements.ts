import { digestOf } from './look-ups.ts';

/*
 * What an import does and asks, a slice of the file at a time, with its rows as JSON. `given` is a row of the file, `held`
 * its account in the directory.
 */
export function importStatements(schema: string) {
  return {
    putAccounts: putAccounts(schema),
    putAssociations: putAssociations(schema),
    sharedNumbers: sharedNumbers(schema),
    count: `SELECT count(*) AS accounts FROM ${schema}.account`,
  } as const;
}

const putAccounts = (schema: string) => `
  WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS given(
      account_id text, line integer, status text, phone_number text, language text, preferred boolean)),
  wanted AS MATERIALIZED (
    SELECT held.account_row, held.status AS status_before,
      coalesce(given.status, held.status) AS status,
      nullif(coalesce(given.phone_number, held.phone_number), '') AS phone_number,
      nullif(coalesce(given.language, held.language), '') AS language,
      coalesce(given.preferred, held.preferred) AS preferred
    FROM given JOIN ${schema}.account AS held USING (account_id)),
  changed AS (
    UPDATE ${schema}.account AS held
    SET status = wanted.status, phone_number = wanted.phone_number, language = wanted.language,
      preferred = wanted.preferred, revision = held.revision
        + ((wanted.status, wanted.phone_number) IS DISTINCT FROM (held.status, held.phone_number))::integer
    FROM wanted
    WHERE held.account_row = wanted.account_row
      AND (wanted.status, wanted.phone_number, wanted.language, wanted.preferred)
        IS DISTINCT FROM (held.status, held.phone_number, held.language, held.preferred)
    RETURNING wanted.status LIKE 'closed%' AND wanted.status_before NOT LIKE 'closed%' AS is_closing),
  fresh AS MATERIALIZED (
    SELECT given.* FROM given
    WHERE NOT EXISTS (SELECT FROM ${schema}.account AS held WHERE held.account_id = given.account_id)),
  created AS (
    INSERT INTO ${schema}.account (account_id, status, phone_number, language, preferred)
    SELECT account_id, status, nullif(phone_number, ''), nullif(language, ''), coalesce(preferred, false)
    FROM fresh WHERE status IS NOT NULL
    RETURNING 1)
  SELECT
    (SELECT coalesce(json_agg(line), '[]') FROM fresh WHERE status IS NULL) AS without_status,
    (SELECT count(*) FROM created) AS created,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM changed WHERE is_closing) AS closed`;

const putAssociations = (schema: string) => `
  WITH given AS MATERIALIZED (
    SELECT given.*, ${digestOf('given.association_id')} AS digest
    FROM json_to_recordset($1::json) AS given(association_id text, line integer, account_id text)),
  taken AS MATERIALIZED (
    SELECT given.digest, given.line, owner.account_id <> given.account_id AS is_foreign
    FROM given
    JOIN ${schema}.association AS held USING (digest)
    JOIN ${schema}.account AS owner USING (account_row)),
  added AS (
    INSERT INTO ${schema}.association (digest, association_id, account_row)
    SELECT given.digest, given.association_id, held.account_row
    FROM given JOIN ${schema}.account AS held USING (account_id)
    WHERE NOT EXISTS (SELECT FROM taken WHERE taken.digest = given.digest)
    RETURNING 1)
  SELECT
    (SELECT coalesce(json_agg(line), '[]') FROM taken WHERE is_foreign) AS foreign_lines,
    (SELECT count(*) FROM added) AS added`;

/** One other account of many is enough. */
const sharedNumbers = (schema: string) => `
  SELECT given.line, other.account_id AS other_account_id
  FROM json_to_recordset($1::json) AS given(account_id text, line integer)
  JOIN ${schema}.account AS held USING (account_id)
  CROSS JOIN LATERAL (
    SELECT other.account_id FROM ${schema}.account AS other
    WHERE other.phone_number = held.phone_number AND other.look_up_rank = 0
      AND other.account_row <> held.account_row
    LIMIT 1) AS other
  WHERE held.look_up_rank = 0 AND 1 <> (
    SELECT count(*) FROM ${schema}.account AS preferred
    WHERE preferred.phone_number = held.phone_number AND preferred.look_up_rank = 0 AND preferred.preferred)`;
