import { ACCOUNT_COLUMNS } from '../rows/account-row.ts';

/** As `association` has it, of an id in text. */
export function digestOf(text: string): string {
  return `sha256(convert_to(${text}, 'UTF8'))`;
}

/** In which accounts with one number are told, the first of which counts. [OQ-29, OQ-86] */
export const LOOK_UP_ORDER = 'accounts.look_up_rank, accounts.preferred DESC, accounts.account_row';

/**
 * What requests wait for. Each looks up for many of them at once; `n` tells which one a row is for. None scans a table: a
 * test asks PostgreSQL how it would run them.
 */
export function lookUpStatements(schema: string) {
  return {
    byAssociationId: `
      SELECT o.n, ${ACCOUNT_COLUMNS}
      FROM json_to_recordset($1::json) AS o(n integer, key text)
      JOIN ${schema}.association AS held ON held.digest = ${digestOf('o.key')}
      JOIN ${schema}.account AS accounts USING (account_row)`,
    byAccountId: `
      SELECT o.n, ${ACCOUNT_COLUMNS}
      FROM json_to_recordset($1::json) AS o(n integer, key text)
      JOIN ${schema}.account AS accounts ON accounts.account_id = o.key`,
    byPhoneNumber: `
      SELECT o.n, ${ACCOUNT_COLUMNS}
      FROM json_to_recordset($1::json) AS o(n integer, key text)
      CROSS JOIN LATERAL (
        SELECT * FROM ${schema}.account AS accounts
        WHERE accounts.phone_number = o.key ORDER BY ${LOOK_UP_ORDER} LIMIT 8) AS accounts
      ORDER BY o.n, ${LOOK_UP_ORDER}`,
  } as const;
}

/** PostgreSQL has no such text, and so no account by it. */
export function isNoText(value: string): boolean {
  return !value.isWellFormed() || value.includes('\0');
}
