import type { Database, Rows } from './database.ts';

const VERSION_MIN = 15;

/**
 * Why the server isn't fit for us, with the statement that mends it where there is one. Empty: it is. Throws `DatabaseError`
 * if it can't be asked.
 */
export async function serverFaults(database: Database, schema: string): Promise<readonly string[]> {
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
       (SELECT has_language_privilege(oid, 'USAGE') FROM pg_language WHERE lanname = 'plpgsql') AS may_make_functions`,
    [schema],
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
  return faults;
}

function quoted(name: unknown): string {
  return `"${String(name).replaceAll('"', '""')}"`;
}
