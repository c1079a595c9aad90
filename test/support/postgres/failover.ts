import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PostgresPrograms } from './programs.ts';
import { startPostgres } from './server.ts';
import { makeSynchronous, promote, startStandby } from './standby.ts';

/** A server dies, its standby goes on with what was committed, and a new standby takes the address of the dead one. */
export async function failOverAndBack(t: TestContext, programs: PostgresPrograms): Promise<void> {
  const first = await startPostgres({ programs });
  t.after(() => first.kill());
  await first.query('CREATE TABLE kept AS SELECT 1 AS n');
  const second = await startStandby(first, { name: 'second' });
  t.after(() => second.stop());
  await makeSynchronous(first, 'second');
  await first.query('INSERT INTO kept VALUES (2)');
  await first.kill();
  await promote(second);
  await second.query('INSERT INTO kept VALUES (3)');

  await first.stop();
  const third = await startStandby(second, { name: 'third', port: first.port });
  t.after(() => third.stop());
  await makeSynchronous(second, 'third');
  await second.query('INSERT INTO kept VALUES (4)');
  await second.kill();
  await promote(third);
  assert.equal(third.port, first.port);
  assert.deepEqual(
    (await third.query('SELECT n FROM kept ORDER BY n')).map(({ n }) => n),
    [1, 2, 3, 4],
  );
}
