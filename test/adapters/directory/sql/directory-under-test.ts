import { randomUUID } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import pg from 'pg';
import type { SqlDirectorySettings } from '../../../../src/adapters/directory/sql/settings.ts';
import type { KnownAccount } from '../../../contracts/directory/directory-factory.ts';
import type { MariadbServer } from '../../../support/mariadb.ts';
import { bounded } from '../../../support/postgres/connect.ts';
import { connectionTo } from '../../../support/postgres/connection.ts';
import { testSchema } from '../../../support/postgres/schema.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import type { DirectoryPlace } from '../directory-place.ts';

/** Tables of a bank, with names and states of its own, in which there is nobody yet. */
export interface BankTables {
  readonly settings: SqlDirectorySettings;
  run(statement: string, values?: readonly unknown[]): Promise<unknown>;
  fill(accounts: readonly KnownAccount[]): Promise<void>;
}

let pool: pg.Pool | undefined;
after(() => pool?.end());

/** One connection, for all tests of the process. */
function poolFor(connectionString: string) {
  const own = pool ?? new pg.Pool({ connectionString, max: 1, ...bounded });
  pool = own;
  return { query: (text: string, values: readonly unknown[]) => own.query(text, [...values]) };
}

const STATUSES = { 7: 'active', 8: 'closed' } as const;

/** The same as a place of the catalog's kind. */
export async function newSqlPlace(t: TestContext): Promise<DirectoryPlace> {
  const { settings, fill } = await newPostgresTables();
  const dataDirectory = temporaryDirectory(t);
  return { terms: { settings, environment: 'sandbox', dataDirectory, connection: undefined }, fill };
}

export async function newPostgresTables(): Promise<BankTables> {
  const place = await testSchema();
  const { schema, ...reach } = connectionTo(place);
  const { query } = poolFor(place.url);
  const run = async (statement: string, values: readonly unknown[] = []) =>
    (await query(statement, values)).rows;
  return makeTables(run, { engine: 'postgres', ...reach }, `${schema}.`, '$1');
}

export async function newMariadbTables(server: MariadbServer): Promise<BankTables> {
  const prefix = `t${randomUUID().slice(0, 8)}_`;
  const run = (statement: string, values: readonly unknown[] = []) =>
    server.query(statement.replace(/\$\d+/g, '?'), 'bank', values);
  const reach = {
    ...{ hosts: [`127.0.0.1:${server.port}`], database: 'bank', user: 'root' },
    ...{ tls: false, privateLink: true, connections: 8 },
  };
  return makeTables(run, { engine: 'mysql', ...reach }, prefix, '?');
}

async function makeTables(
  run: BankTables['run'],
  reach: Omit<SqlDirectorySettings, 'kind' | 'timeoutMs' | 'statuses' | `by${string}`>,
  prefix: string,
  placeholder: string,
): Promise<BankTables> {
  const [customer, contract] = [`${prefix}customer`, `${prefix}contract`];
  await run(
    `CREATE TABLE ${customer} (id varchar(256) PRIMARY KEY, state varchar(40) NOT NULL, msisdn varchar(40), lang varchar(40), main smallint)`,
  );
  await run(`CREATE TABLE ${contract} (google_id varchar(1024), customer_id varchar(256))`);
  const account =
    'c.id AS account_id, c.state AS status, c.msisdn AS phone_number, c.lang AS language, c.main AS preferred';
  const settings: SqlDirectorySettings = {
    kind: 'sql',
    ...reach,
    timeoutMs: 2000,
    statuses: STATUSES,
    byPhoneNumber: `SELECT ${account} FROM ${customer} c WHERE c.msisdn = ${placeholder} ORDER BY c.id -- of the bank`,
    byAccountId: `SELECT ${account} FROM ${customer} c WHERE c.id = ${placeholder}`,
    byAssociationId: `SELECT ${account}, k.google_id AS association_id FROM ${customer} c JOIN ${contract} k ON k.customer_id = c.id WHERE k.google_id = ${placeholder}`,
  };
  return {
    settings,
    run: (statement, values) =>
      run(statement.replaceAll('CUSTOMER', customer).replaceAll('CONTRACT', contract), values),
    async fill(accounts) {
      const customers = accounts.map(({ accountId, status = 'active', phoneNumber, language, preferred }) => {
        const state = status === 'active' ? '7' : status === 'closed' ? '8' : status;
        return [accountId, state, phoneNumber ?? null, language ?? null, preferred ? 1 : null];
      });
      await insert(customer, customers);
      await insert(
        contract,
        accounts.flatMap(({ accountId, associationIds = [] }) => associationIds.map((id) => [id, accountId])),
      );
    },
  };

  /** In one statement, so that a thousand take no time. */
  async function insert(table: string, rows: readonly (readonly unknown[])[]): Promise<void> {
    if (rows.length === 0) return;
    const places = rows.map((row, n) => `(${row.map((_, at) => `$${n * row.length + at + 1}`).join(', ')})`);
    await run(`INSERT INTO ${table} VALUES ${places.join(', ')}`, rows.flat());
  }
}
