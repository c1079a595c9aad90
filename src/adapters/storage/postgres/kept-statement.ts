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
  /** That is to be there: other functions may have the same name. */
  readonly signature: string;
  readonly body: string;
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
  const values = Array.from({ length: parameters }, (_, index) => `$${index + 1}::json`).join(', ');
  const body = `
    #variable_conflict use_column
    BEGIN RETURN QUERY ${text}; END `;
  const definition = `(${types}) RETURNS TABLE (${columns}) LANGUAGE plpgsql ${isRead ? 'STABLE' : 'VOLATILE'}
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
    AS $kept$${body}$kept$`;
  const digest = createHash('sha256').update(definition).digest('hex').slice(0, 16);
  const own = `step_${name}_${digest}`;
  return {
    name: own,
    signature: `${schema}.${own}(${types})`,
    body,
    make: `CREATE FUNCTION ${schema}.${own} ${definition}`,
    call: `SELECT * FROM ${schema}.${own}(${values})`,
    text,
    nothing: Array.from({ length: parameters }, () => '[]'),
    isRead,
  };
}

/**
 * Makes those that are missing; servers that start at the same moment may make them at the same time. None is ever dropped:
 * servers of another version may use it. Throws `DatabaseError`, or as `requireOurs` does.
 */
export async function makeKept(
  database: Database,
  schema: string,
  statements: readonly KeptStatement[],
): Promise<void> {
  const there = await thereOf(database, statements);
  for (const { make, signature } of statements) {
    if (!there.has(signature)) await ignoring(['23505', '42723'], database.write(make));
  }
  await requireOurs(database, schema, statements);
}

/** Of those that are there. Throws `UnavailableError` if one is not as we make it, or the role may not use what another role made. */
export async function requireOurs(
  database: Database,
  schema: string,
  statements: readonly KeptStatement[],
): Promise<void> {
  const there = [...(await thereOf(database, statements))];
  const others = there.filter(([, { isOurs }]) => !isOurs).map(([signature]) => signature);
  if (others.length > 0) {
    throw new UnavailableError(
      `the schema ${schema} has functions in the place of ours that are not as we make them: DROP FUNCTION ${others.join(', ')}`,
    );
  }
  if (there.every(([, { isOpen }]) => isOpen)) return;
  const [{ role } = {}] = await database.read('SELECT quote_ident(current_user) AS role');
  throw new UnavailableError(
    `the role ${role} may not use functions of another role: ` +
      `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`,
  );
}

/** By signature. */
async function thereOf(
  database: Database,
  statements: readonly KeptStatement[],
): Promise<ReadonlyMap<string, { readonly isOurs: boolean; readonly isOpen: boolean }>> {
  const rows = await database.read(
    `SELECT w.signature, p.prosrc = w.body AS is_ours, has_function_privilege(p.oid, 'EXECUTE') AS is_open
     FROM unnest($1::text[], $2::text[]) AS w(signature, body) JOIN pg_proc p ON p.oid = to_regprocedure(w.signature)`,
    [statements.map(({ signature }) => signature), statements.map(({ body }) => body)],
  );
  return new Map(
    rows.map(({ signature, is_ours: isOurs, is_open: isOpen }) => [
      String(signature),
      { isOurs: isOurs === true, isOpen: isOpen === true },
    ]),
  );
}
