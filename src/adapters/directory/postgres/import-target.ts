import { DatabaseSync } from 'node:sqlite';
import type { Database, Query } from '../../postgres/database.ts';
import type { ImportTarget, Slice, StagedAccounts } from '../import/import-target.ts';
import { attachStaging } from '../import/staging.ts';
import { importStatements } from './import-statements.ts';
import { writeAccounts } from './write-accounts.ts';

/**
 * Rows wait on this machine, in a file beside `aside`, and go to the server a slice at a time: it has one short
 * transaction, however slowly a file comes. The database is closed with it.
 */
export function importTarget(database: Database, schema: string, aside: string): ImportTarget {
  const staging = new DatabaseSync(':memory:');
  attachStaging(staging, aside);
  return {
    staging,
    path: aside,
    async transaction(run) {
      const runOn = (query: Query) => run(stagedAccounts(query, schema, staging));
      return (await writeAccounts(database, schema, runOn, ({ keep }) => keep)).result;
    },
    async close() {
      staging.close();
      await database.close();
    },
  };
}

function stagedAccounts(query: Query, schema: string, staging: DatabaseSync): StagedAccounts {
  const sql = importStatements(schema);
  const rowsIn = (table: string, key: string) => {
    const statement = staging.prepare(
      `SELECT * FROM staged.${table} WHERE ${key} > $after AND ${key} <= $upto`,
    );
    return (slice: Slice) => JSON.stringify(statement.all({ ...slice }));
  };
  const accountsIn = rowsIn('accounts', 'account_id');
  const associationsIn = rowsIn('associations', 'association_id');
  const lineOf = staging.prepare('SELECT line FROM staged.accounts WHERE account_id = ?');
  return {
    async putAccounts(slice) {
      const [row = {}] = await query(sql.putAccounts, [accountsIn(slice)]);
      return {
        withoutStatus: row['without_status'] as readonly number[],
        created: Number(row['created']),
        changed: Number(row['changed']),
        closed: Number(row['closed']),
      };
    },
    async putAssociations(slice) {
      const [row = {}] = await query(sql.putAssociations, [associationsIn(slice)]);
      return { foreign: row['foreign_lines'] as readonly number[], added: Number(row['added']) };
    },
    async sharedNumbers(slice) {
      const rows = await query(sql.sharedNumbers, [accountsIn(slice)]);
      return rows.map(({ line, other_account_id: other }) => {
        const otherLine = lineOf.get(String(other))?.['line'];
        return { line: Number(line), otherLine: otherLine === undefined ? undefined : Number(otherLine) };
      });
    },
    count: async () => Number((await query(sql.count))[0]?.['accounts']),
  };
}
