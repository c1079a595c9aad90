import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database, Query } from '../../postgres/database.ts';
import { DatabaseError, storeFailure } from '../../postgres/failure.ts';
import { accountsPart } from './migrations.ts';

/**
 * All that `run` does with the accounts is one transaction, kept unless `keep` says no of its result. Nobody else writes
 * accounts meanwhile, so that what it finds still holds when it writes. Throws what `run` throws, or `UnavailableError`.
 */
export function writeAccounts<T>(
  database: Database,
  schema: string,
  run: (query: Query) => Promise<T>,
  keep?: (result: T) => boolean,
): Promise<T> {
  const alone = async (query: Query) => {
    await query(`SELECT version FROM ${schema}.schema_part WHERE name = $1 FOR UPDATE`, [accountsPart.name]);
    return run(query);
  };
  return unhurried(database, alone, keep);
}

/** The same without keeping others out: no request waits for it. */
export async function unhurried<T>(
  database: Database,
  run: (query: Query) => Promise<T>,
  keep?: (result: T) => boolean,
): Promise<T> {
  try {
    return await database.transaction(run, keep);
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { kind, message, cause } = error;
  if (kind === 'stale') {
    const reason =
      'somebody else is writing accounts, such as an import: wait until that has ended, and try again';
    return new UnavailableError(`${reason} (${message})`, { cause });
  }
  if (kind === 'unknown') {
    const reason =
      'the database gave no word whether accounts were written: do it again, which changes nothing twice';
    return new UnavailableError(`${reason} (${message})`, { cause });
  }
  return storeFailure(error);
}
