import type { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../../ports/unavailable.ts';
import { inOneTransaction } from '../../sqlite/transaction.ts';

/** What several statements see is one state. */
export function reading<T>(database: DatabaseSync, ask: () => T): T {
  return orUnavailable(() => {
    database.exec('BEGIN');
    try {
      return ask();
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  });
}

/** All of it or nothing, and nobody else writes meanwhile. */
export function writing<T>(database: DatabaseSync, step: () => T): T {
  return orUnavailable(() => inOneTransaction(database, step));
}

function orUnavailable<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    throw new UnavailableError("the account directory can't be read or written", { cause: error });
  }
}
