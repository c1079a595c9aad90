import type { Database } from '../../postgres/database.ts';
import type { AccountEditor, AccountKey } from '../directory-kind.ts';
import { isAssociationId } from '../rows/account-fields.ts';
import { ACCOUNT_COLUMNS, readAccount } from '../rows/account-row.ts';
import { digestOf, isNoText, LOOK_UP_ORDER } from './look-ups.ts';
import { wholeAccounts } from './whole-accounts.ts';
import { unhurried, writeAccounts } from './write-accounts.ts';

export function editorStatements(schema: string) {
  const found: Readonly<Record<AccountKey, string>> = {
    accountId: `FROM ${schema}.account AS accounts WHERE accounts.account_id = $1`,
    phoneNumber: `FROM ${schema}.account AS accounts WHERE accounts.phone_number = $1 ORDER BY ${LOOK_UP_ORDER} LIMIT 100`,
    associationId: `
      FROM ${schema}.association AS held JOIN ${schema}.account AS accounts USING (account_row)
      WHERE held.digest = ${digestOf('$1')}`,
  };
  return {
    /** Goes through the associations once, however many accounts were found. */
    find: (key: AccountKey) => `
      WITH accounts AS MATERIALIZED (SELECT accounts.* ${found[key]})
      SELECT ${ACCOUNT_COLUMNS}, coalesce(held.association_ids[1:1000], '{}') AS association_ids
      FROM accounts LEFT JOIN (
        SELECT account_row, array_agg(association_id ORDER BY association_id) AS association_ids
        FROM ${schema}.association WHERE account_row IN (SELECT account_row FROM accounts)
        GROUP BY account_row) AS held USING (account_row)
      ORDER BY ${LOOK_UP_ORDER}`,
    otherActive: `
      SELECT FROM ${schema}.account AS accounts JOIN ${schema}.account AS other USING (phone_number)
      WHERE accounts.account_id = $1 AND other.look_up_rank = 0 AND other.account_row <> accounts.account_row
        AND accounts.preferred::integer + (
          SELECT count(*) FROM ${schema}.account AS preferred
          WHERE preferred.phone_number = accounts.phone_number AND preferred.look_up_rank = 0
            AND preferred.preferred AND preferred.account_row <> accounts.account_row
        ) <> 1
      LIMIT 1`,
    setStatus: `
      UPDATE ${schema}.account SET status = $2, revision = revision + (status <> $2)::integer
      WHERE account_id = $1 RETURNING account_row`,
    associate: `
      INSERT INTO ${schema}.association (digest, association_id, account_row)
      SELECT ${digestOf('$2')}, $2, account_row FROM ${schema}.account WHERE account_id = $1
      ON CONFLICT DO NOTHING RETURNING account_row`,
    dissociate: `DELETE FROM ${schema}.association WHERE digest = ${digestOf('$1')} RETURNING account_row`,
    ownerOf: `SELECT accounts.account_id ${found.associationId}`,
  } as const;
}

/** The database is closed with it. */
export function accountEditor(database: Database, schema: string): AccountEditor {
  const sql = editorStatements(schema);
  const read = (text: string, values: readonly unknown[] = []) =>
    unhurried(database, (query) => query(text, values));
  return {
    async find(key, value) {
      if (isNoText(value)) return [];
      return (await read(sql.find(key), [value])).map((row) => ({
        ...readAccount(row),
        associationIds: row['association_ids'] as readonly string[],
      }));
    },
    async setStatus(accountId, status) {
      if (isNoText(accountId)) return 'unknown-account';
      return writeAccounts(database, schema, async (query) => {
        const others = status === 'active' ? await query(sql.otherActive, [accountId]) : [];
        if (others.length > 0) return 'number-taken';
        const written = await query(sql.setStatus, [accountId, status]);
        return written.length > 0 ? 'set' : 'unknown-account';
      });
    },
    async associate(accountId, associationId) {
      if (!isAssociationId(associationId)) return 'malformed';
      if (isNoText(accountId)) return 'unknown-account';
      return writeAccounts(database, schema, async (query) => {
        const added = await query(sql.associate, [accountId, associationId]);
        if (added.length > 0) return 'associated';
        const [owner] = await query(sql.ownerOf, [associationId]);
        if (owner === undefined) return 'unknown-account';
        return owner['account_id'] === accountId ? 'associated' : 'taken';
      });
    },
    async dissociate(associationId) {
      if (isNoText(associationId)) return 'unknown-association';
      return writeAccounts(database, schema, async (query) => {
        const taken = await query(sql.dissociate, [associationId]);
        return taken.length > 0 ? 'dissociated' : 'unknown-association';
      });
    },
    ...wholeAccounts(database, schema),
    close: () => database.close(),
  };
}
