import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './connect.ts';
import { startPgBouncer } from './pgbouncer.ts';
import { startPostgres } from './server.ts';

test('many clients share two connections, and a restart loses theirs', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const bouncer = await startPgBouncer(server);
  t.after(() => bouncer.stop());
  const clients = await Promise.all(Array.from({ length: 8 }, () => connect(t, bouncer.url())));
  const pid = 'SELECT pg_backend_pid() AS pid, pg_sleep(0.01)';
  const answers = await Promise.all(clients.map(async (client) => (await client.query(pid)).rows[0].pid));
  assert.equal(new Set(answers).size, 2);

  await bouncer.shutDown();
  for (const client of clients) await assert.rejects(client.query(pid));
  await bouncer.start();
  await (await connect(t, bouncer.url())).query(pid);
});
