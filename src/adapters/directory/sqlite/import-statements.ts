/*
 * What an import asks and does, a slice of staged rows at a time. `given` is a row of the file, `held` its account
 * in the directory. CROSS JOIN keeps the order of the tables: from the few rows of the slice to the many held.
 */

const ACCOUNTS_IN_SLICE = 'given.account_id > $after AND given.account_id <= $upto';
const ASSOCIATIONS_IN_SLICE = 'given.association_id > $after AND given.association_id <= $upto';

export const NEW_WITHOUT_STATUS = `
  SELECT given.line FROM staged.accounts AS given
  WHERE ${ACCOUNTS_IN_SLICE} AND given.status IS NULL
    AND NOT EXISTS (SELECT 1 FROM main.accounts AS held WHERE held.account_id = given.account_id)`;

export const COUNT_CLOSING = `
  SELECT count(*) AS closing
  FROM staged.accounts AS given CROSS JOIN main.accounts AS held ON held.account_id = given.account_id
  WHERE ${ACCOUNTS_IN_SLICE} AND given.status GLOB 'closed*' AND held.status NOT GLOB 'closed*'`;

const NEW_STATUS_AND_NUMBER = `
    coalesce(given.status, held.status),
    nullif(coalesce(given.phone_number, held.phone_number), '')`;

const NEW_VALUES = `${NEW_STATUS_AND_NUMBER},
    nullif(coalesce(given.language, held.language), ''),
    coalesce(given.preferred, held.preferred)`;

/** An account that is already as the file says is not written. */
export const CHANGE = `
  UPDATE main.accounts AS held SET (status, phone_number, language, preferred, revision) = (${NEW_VALUES},
    held.revision + ((${NEW_STATUS_AND_NUMBER}) IS NOT (held.status, held.phone_number)))
  FROM staged.accounts AS given
  WHERE ${ACCOUNTS_IN_SLICE} AND held.account_id = given.account_id
    AND (${NEW_VALUES}) IS NOT (held.status, held.phone_number, held.language, held.preferred)`;

export const CREATE = `
  INSERT INTO main.accounts (account_id, status, phone_number, language, preferred)
  SELECT given.account_id, given.status, nullif(given.phone_number, ''), nullif(given.language, ''),
    coalesce(given.preferred, 0)
  FROM staged.accounts AS given WHERE ${ACCOUNTS_IN_SLICE} AND given.status IS NOT NULL
  ON CONFLICT (account_id) DO NOTHING`;

export const FOREIGN_ASSOCIATIONS = `
  SELECT given.line
  FROM staged.associations AS given
    CROSS JOIN main.associations AS taken ON taken.association_id = given.association_id
    CROSS JOIN main.accounts AS owner ON owner.account_row = taken.account_row
  WHERE ${ASSOCIATIONS_IN_SLICE} AND owner.account_id <> given.account_id`;

export const ASSOCIATE = `
  INSERT INTO main.associations (association_id, account_row)
  SELECT given.association_id, held.account_row
  FROM staged.associations AS given CROSS JOIN main.accounts AS held ON held.account_id = given.account_id
  WHERE ${ASSOCIATIONS_IN_SLICE}
  ON CONFLICT (association_id) DO NOTHING`;

/** The line of another active account with the number, 0 if the file doesn't have that account. One of many is enough. */
const OTHER_LINE = `(
    SELECT coalesce(twin.line, 0)
    FROM main.accounts AS other LEFT JOIN staged.accounts AS twin ON twin.account_id = other.account_id
    WHERE other.phone_number = held.phone_number AND other.look_up_rank = 0 AND other.account_row <> held.account_row
    LIMIT 1)`;

const PREFERRED_ACTIVE = `(
    SELECT count(*) FROM main.accounts AS other
    WHERE other.phone_number = held.phone_number AND other.look_up_rank = 0 AND other.preferred = 1)`;

export const SHARED_NUMBERS = `
  SELECT given.line, ${OTHER_LINE} AS other_line
  FROM staged.accounts AS given CROSS JOIN main.accounts AS held ON held.account_id = given.account_id
  WHERE ${ACCOUNTS_IN_SLICE} AND held.look_up_rank = 0 AND other_line IS NOT NULL AND ${PREFERRED_ACTIVE} <> 1`;
