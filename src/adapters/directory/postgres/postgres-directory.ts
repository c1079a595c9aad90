import type { AccountDirectory, AssociationKeeper } from '../../../ports/account-directory.ts';
import type { Deadline } from '../../../ports/clock.ts';
import { Batcher } from '../../postgres/batcher.ts';
import type { Database, Rows } from '../../postgres/database.ts';
import { storeFailure } from '../../postgres/failure.ts';
import { readAccount } from '../rows/account-row.ts';
import { byDeadline } from '../rows/by-deadline.ts';
import { accountEditor } from './account-editor.ts';
import { isNoText, lookUpStatements } from './look-ups.ts';

/** Look-ups that share a statement. */
const KEYS_MAX = 64;

/**
 * The accounts that `gsp-otp accounts` keeps in the schema, for a server. The database is closed with it. `readOnly`: for
 * whoever only looks, and then it keeps no associations.
 */
export function postgresDirectory(
  database: Database,
  schema: string,
  { readOnly = false } = {},
): AccountDirectory {
  const sql = lookUpStatements(schema);
  const byAssociationId = lookUps(database, sql.byAssociationId);
  const byAccountId = lookUps(database, sql.byAccountId);
  const byPhoneNumber = lookUps(database, sql.byPhoneNumber);
  const findOne = async (lookUp: Batcher<string, Rows>, key: string, deadline: Deadline) => {
    const rows = isNoText(key) ? [] : await within(deadline, () => lookUp.add(key));
    return rows[0] && readAccount(rows[0]);
  };
  return {
    findByAssociationId: (associationId, deadline) => findOne(byAssociationId, associationId, deadline),
    findByAccountId: (accountId, deadline) => findOne(byAccountId, accountId, deadline),
    async findByPhoneNumber(phoneNumber, deadline) {
      const number = phoneNumber.reveal();
      if (isNoText(number)) return [];
      return (await within(deadline, () => byPhoneNumber.add(number))).map(readAccount);
    },
    async check(deadline) {
      // Of nobody: tables, columns and rights are asked for all the same.
      for (const text of Object.values(sql)) await within(deadline, () => database.read(text, ['[]']));
    },
    ...(!readOnly && { associations: associationsIn(database, schema) }),
    close: () => database.close(),
  };
}

/** An import that is writing accounts is waited for as long as a statement may take. */
function associationsIn(database: Database, schema: string): AssociationKeeper {
  const { associate, dissociate } = accountEditor(database, schema);
  return {
    associate: ({ accountId, associationId }, deadline) =>
      within(deadline, () => associate(accountId, associationId)),
    dissociate: (associationId, deadline) => within(deadline, () => dissociate(associationId)),
  };
}

/** One statement of each kind at a time, so that those that come meanwhile share the next one. */
function lookUps(database: Database, text: string): Batcher<string, Rows> {
  return new Batcher<string, Rows>({
    batchesMax: 1,
    itemsMax: KEYS_MAX,
    async run(keys) {
      const records = keys.map((key, n) => ({ n, key }));
      const found = Map.groupBy(await database.read(text, [JSON.stringify(records)]), ({ n }) => n);
      return keys.map((_, n) => found.get(n) ?? []);
    },
  });
}

async function within<T>(deadline: Deadline, ask: () => Promise<T>): Promise<T> {
  try {
    return await byDeadline(deadline, ask);
  } catch (error) {
    throw storeFailure(error);
  }
}
