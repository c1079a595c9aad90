import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { bounded } from './connect.ts';
import { startPostgres } from './server.ts';

/** Names the server to use: that of the whole run, which `tools/run-tests.ts` starts, or one that somebody gave. */
const given = process.env['TEST_POSTGRES_URL'];

let server: Promise<string> | undefined;
const schemas: string[] = [];

/** Where a test may do as it likes. */
export interface TestSchema {
  /** Of the database, for a role that may make schemas. */
  readonly url: string;
  /** Empty, and of the test alone. */
  readonly schema: string;
}

/**
 * A new schema on a server that other tests use at the same time. It is made in a millisecond, where a database takes
 * twenty and more. It goes when all tests of the process have ended, so that whatever a test opened is closed before.
 */
export async function testSchema(): Promise<TestSchema> {
  server ??= given === undefined ? startPostgres().then((own) => own.url()) : Promise.resolve(given);
  const url = await server;
  const schema = `gsp_otp_test_${randomBytes(8).toString('hex')}`;
  await execute(url, [`CREATE SCHEMA ${schema}`]);
  schemas.push(schema);
  return { url, schema };
}

after(async () => {
  if (given === undefined) return;
  // One statement each, since a transaction can't lock more than some thousand tables.
  const statements = schemas.map((schema) => `DROP SCHEMA ${schema} CASCADE`);
  await execute(given, statements);
});

async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, ...bounded });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
