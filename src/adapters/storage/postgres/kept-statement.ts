import { createHash } from 'node:crypto';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { Database } from '../../postgres/database.ts';
import { ignoring } from '../../postgres/migrate.ts';

/** A statement of which each parameter is JSON. */
export interface StatementOrder {
  readonly text: string;
  readonly parameters: number;
  /** Names and types of what its rows have, as it tells them. */
  readonly columns: string;
  /** Whether it changes nothing. */
  readonly isRead: boolean;
}

/** A statement that each connection of the server plans once, because it is a function there. */
export interface KeptStatement {
  /** Of the function: with a digest of all that it is, so servers of two versions have two, and none is ever replaced. */
  readonly name: string;
  /** What makes the function. */
  readonly make: string;
  /** What a step asks. */
  readonly call: string;
  /** The same without the function, planned each time. */
  readonly text: string;
  /** What both are given where there is nothing to do: tables, columns and rights are asked for all the same. */
  readonly nothing: readonly string[];
  readonly isRead: boolean;
}

/**
 * A plan is kept for whatever comes, and may have been made when a table was empty: so none may read a whole table. What such
 * a plan is said to cost would have it compiled at each call. Names in the statement are those of columns.
 */
export function keptStatement(
  schema: string,
  name: string,
  { text, parameters, columns, isRead }: StatementOrder,
): KeptStatement {
  const types = Array.from({ length: parameters }, () => 'json').join(', ');
  const values = Array.from({ length: parameters }, (_, index) => `$${index + 1}`).join(', ');
  const definition = `(${types}) RETURNS TABLE (${columns}) LANGUAGE plpgsql ${isRead ? 'STABLE' : 'VOLATILE'}
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
    AS $kept$
    #variable_conflict use_column
    BEGIN RETURN QUERY ${text}; END $kept$`;
  const digest = createHash('sha256').update(definition).digest('hex').slice(0, 16);
  const own = `step_${name}_${digest}`;
  return {
    name: own,
    make: `CREATE FUNCTION ${schema}.${own} ${definition}`,
    call: `SELECT * FROM ${schema}.${own}(${values})`,
    text,
    nothing: Array.from({ length: parameters }, () => '[]'),
    isRead,
  };
}

/**
 * Makes those that are missing; servers that start at the same moment may make them at the same time. None is ever dropped:
 * servers of another version may use it. Throws `DatabaseError`, or `UnavailableError` if the role may not use what another
 * role made.
 */
export async function makeKept(
  database: Database,
  schema: string,
  statements: readonly KeptStatement[],
): Promise<void> {
  for (const { make } of await missingOf(database, schema, statements)) {
    await ignoring(['23505', '42723'], database.write(make));
  }
  if ((await missingOf(database, schema, statements)).length === 0) return;
  const [{ role } = {}] = await database.read('SELECT quote_ident(current_user) AS role');
  throw new UnavailableError(
    `the role ${role} may not use functions of another role: ` +
      `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`,
  );
}

/** Those that the role can't call. */
async function missingOf(
  database: Database,
  schema: string,
  statements: readonly KeptStatement[],
): Promise<readonly KeptStatement[]> {
  const rows = await database.read(
    `SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace($1) AND proname = ANY ($2)
       AND has_function_privilege(oid, 'EXECUTE')`,
    [schema, statements.map(({ name }) => name)],
  );
  const there = new Set(rows.map(({ proname }) => proname));
  return statements.filter(({ name }) => !there.has(name));
}
