import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amongNodes, sharedStore } from './nodes-under-test.ts';

/** What each column that others read might have, beside what a server tells. */
const garbage: Readonly<Record<string, readonly string[]>> = {
  traits: [`'null'`, `'"codes"'`, '$${"digests": 1}$$'],
  "traits['codes']": ['NULL', `'5'`, `'[1]'`, `'{"a": 5}'`],
  clock_ahead_ms: ['9223372036854775807'],
  reached_ms: ['9223372036854775807'],
};

test('a server that tells of itself what makes no sense is warned of, and no other one fails', async (t) => {
  const { start, run } = await sharedStore(t);
  const app = await start();
  const [{ columns } = {}] = await run(
    `SELECT string_agg(column_name, ', ') AS columns FROM information_schema.columns
     WHERE table_schema = '{schema}' AND table_name = 'node' AND column_name NOT IN ('id', 'name')`,
  );
  for (const [column, values] of Object.entries(garbage)) {
    for (const value of values) {
      await run(
        `INSERT INTO {schema}.node (id, name, ${columns})
         SELECT gen_random_uuid(), 'garbage', ${columns} FROM {schema}.node WHERE name <> 'garbage' LIMIT 1`,
      );
      await run(`UPDATE {schema}.node SET ${column} = ${value}, seen_at = now() WHERE name = 'garbage'`);
      const told = ['what the server garbage tells of itself makes no sense: see its row of node'];
      assert.deepEqual(await amongNodes(app), { warnings: told }, `${column} ${value}`);
      const late = await start();
      assert.deepEqual(await amongNodes(late), { warnings: told }, `${column} ${value}`);
      await late.stop();
      await run(`DELETE FROM {schema}.node WHERE name = 'garbage'`);
    }
  }
  await (await start()).stop();
});
