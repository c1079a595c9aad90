import { STATEMENT_MS } from './connect.ts';
import type { Database, Rows } from './database.ts';

const VERSION_MIN = 15;

/**
 * Why the server isn't fit for us, with the statement that mends it where there is one. Empty: it is. `tables`: those that we
 * use, as far as they are there. Throws `DatabaseError` if it can't be asked.
 */
export async function serverFaults(
  database: Database,
  schema: string,
  tables: readonly string[],
): Promise<readonly string[]> {
  const [row = {}] = await database.read(
    `SELECT current_setting('server_version_num')::integer / 10000 AS version,
       current_setting('server_version') AS full_version,
       current_setting('server_encoding') AS encoding,
       current_setting('transaction_read_only') AS read_only,
       current_setting('synchronous_commit') AS commits, current_setting('client_min_messages') AS messages,
       current_database() AS database, current_user AS role,
       to_regnamespace($1) IS NOT NULL AS has_schema,
       CASE WHEN to_regnamespace($1) IS NULL THEN has_database_privilege(current_database(), 'CREATE')
         ELSE has_schema_privilege($1, 'CREATE') AND has_schema_privilege($1, 'USAGE') END AS may_create,
       (SELECT has_language_privilege(oid, 'USAGE') FROM pg_language WHERE lanname = 'plpgsql') AS may_make_functions,
       (SELECT string_agg(format('%I.%I', $1::text, relname), ', ' ORDER BY relname) FROM pg_class
         WHERE relnamespace = to_regnamespace($1) AND relname = ANY ($2) AND NOT (
           has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
           AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))) AS closed_tables`,
    [schema, tables],
  );
  const role = quoted(row['role']);
  const faults: string[] = [];
  if (Number(row['version']) < VERSION_MIN) {
    faults.push(`the server is PostgreSQL ${row['full_version']}: ${VERSION_MIN} or newer is needed`);
  }
  if (row['encoding'] !== 'UTF8') {
    faults.push(
      `the database has the encoding ${row['encoding']}: make another one, CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  if (row['read_only'] === 'on') {
    faults.push(`transactions are read-only: ALTER ROLE ${role} SET default_transaction_read_only = off`);
  }
  if (row['commits'] === 'off') {
    faults.push(
      `commits are answered before they are durable: ALTER ROLE ${role} SET synchronous_commit = on`,
    );
  }
  if (row['messages'] === 'error') {
    faults.push(
      `it keeps quiet about a standby that it did not wait for: ALTER ROLE ${role} SET client_min_messages = warning`,
    );
  }
  return [...faults, ...missingRights(row, schema)];
}

function missingRights(row: Rows[number], schema: string): readonly string[] {
  const role = quoted(row['role']);
  const faults: string[] = [];
  if (row['may_create'] !== true) {
    const grant = row['has_schema']
      ? `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${role}`
      : `GRANT CREATE ON DATABASE ${quoted(row['database'])} TO ${role}`;
    faults.push(`the role ${role} may not make tables in the schema ${schema}: ${grant}`);
  }
  if (row['may_make_functions'] === null) {
    faults.push('the database has no PL/pgSQL, which each has at first: make the extension plpgsql');
  } else if (row['may_make_functions'] !== true) {
    faults.push(`the role ${role} may not make functions: GRANT USAGE ON LANGUAGE plpgsql TO ${role}`);
  }
  if (row['closed_tables'] !== null) {
    const grant = `GRANT SELECT, INSERT, UPDATE, DELETE ON ${row['closed_tables']} TO ${role}`;
    faults.push(`the role ${role} may not read and write all tables: ${grant}`);
  }
  return faults;
}

/** What is to be changed, and how. */
export interface ServerAdvice {
  readonly finding: string;
  readonly remedy: string;
}

/** Settings of the server for what a server of ours has left there when it died. */
const TIME_OUTS = [
  { name: 'statement_timeout', value: '3s', atLeastMs: STATEMENT_MS, left: 'its statements go on' },
  { name: 'lock_timeout', value: '1s', atLeastMs: 0, left: 'its statements wait for locks' },
  {
    name: 'idle_in_transaction_session_timeout',
    value: '5s',
    atLeastMs: 0,
    left: 'its transactions keep their locks',
  },
  { name: 'client_connection_check_interval', value: '100ms', atLeastMs: 0, left: 'nobody notices' },
] as const;

/**
 * What had better be changed at a server that is fit for us, each with the statement that does so: time-outs, and whether
 * it flushes. Empty: nothing. Throws `DatabaseError` if it can't be asked.
 */
export async function serverAdvice(database: Database): Promise<readonly ServerAdvice[]> {
  const rows = await database.read(
    `SELECT name, setting, current_user AS role FROM pg_settings WHERE name = 'fsync' OR name = ANY ($1)`,
    [TIME_OUTS.map(({ name }) => name)],
  );
  const found = new Map(rows.map(({ name, setting }) => [name, setting]));
  const role = quoted(rows[0]?.['role']);
  const timeOuts = TIME_OUTS.flatMap(({ name, value, atLeastMs, left }) => {
    const ms = Number(found.get(name));
    const remedy = `ALTER ROLE ${role} SET ${name} = '${value}'`;
    if (ms === 0) return [{ finding: `${name} is not set: where one of our servers dies, ${left}`, remedy }];
    if (ms >= atLeastMs) return [];
    return [{ finding: `${name} is ${ms} ms: it ends statements that we wait for`, remedy }];
  });
  // Some engines say so and lose nothing, since their storage is elsewhere.
  if (found.get('fsync') !== 'off') return timeOuts;
  const finding =
    'fsync is off: unless its storage is elsewhere, it loses what it committed when its machine dies';
  return [...timeOuts, { finding, remedy: 'ALTER SYSTEM SET fsync = on' }];
}

function quoted(name: unknown): string {
  return `"${String(name).replaceAll('"', '""')}"`;
}
