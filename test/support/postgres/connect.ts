import type { TestContext } from 'node:test';
import pg from 'pg';

/** A connection that closes with the test. Its loss is no error until it is used. */
export async function connect(
  t: TestContext,
  url: string,
  options: pg.ClientConfig = {},
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...options });
  client.on('error', () => undefined);
  await client.connect();
  t.after(() => client.end());
  return client;
}
