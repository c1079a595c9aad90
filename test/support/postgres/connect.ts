import type { TestContext } from 'node:test';
import pg from 'pg';

/** What hangs becomes an error, and no run of tests that never ends. */
export const bounded = { connectionTimeoutMillis: 60_000, query_timeout: 120_000 } as const;

/** A connection that closes with the test. Its loss is no error until it is used. */
export async function connect(
  t: TestContext,
  url: string,
  options: pg.ClientConfig = {},
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...bounded, ...options });
  client.on('error', () => undefined);
  await client.connect();
  t.after(() => client.end());
  return client;
}
