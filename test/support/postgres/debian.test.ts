import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgres15 } from './debian.ts';
import { failOverAndBack } from './failover.ts';
import { startPostgres } from './server.ts';

test('PostgreSQL 15 of Debian runs beside that of npm', async (t) => {
  const server = await startPostgres({ programs: postgres15 });
  t.after(() => server.stop());
  const [row] = await server.query('SHOW server_version_num');
  assert.match(row?.['server_version_num'], /^15/);
});

test('PostgreSQL 15 fails over as 18 does', async (t) => {
  await failOverAndBack(t, postgres15);
});
