import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, type TestContext, test } from 'node:test';
import { connectTo, UNHURRIED_MS } from '../../../src/adapters/postgres/connect.ts';
import { migrate, stateOf } from '../../../src/adapters/postgres/migrate.ts';
import { connect } from '../../support/postgres/connect.ts';
import { connectionTo } from '../../support/postgres/connection.ts';
import { type TestSchema, testSchema } from '../../support/postgres/schema.ts';
import { startPostgres } from '../../support/postgres/server.ts';
import { until } from '../../support/until.ts';

const source = (name: string) => new URL(`../../../src/adapters/postgres/${name}.ts`, import.meta.url).href;
const partOf = (...statements: readonly string[]) => ({
  name: 'store',
  migrations: statements.map((sql) => ({ sql, oldestVersion: 1 })),
});

function databaseAt(t: TestContext, place: TestSchema) {
  const database = connectTo(connectionTo(place), { statementMs: UNHURRIED_MS });
  t.after(() => database.close());
  return database;
}

/** Another process that migrates, and is in the middle of it. */
async function startMigrator(t: TestContext, { url, schema }: TestSchema) {
  const application = `migrator-${schema}`;
  const { password: _, tls, privateLink, ...settings } = connectionTo({ url, schema });
  const part = partOf(`SET LOCAL application_name = '${application}'; SELECT pg_sleep(600)`);
  const program = `
    import { connectTo } from '${source('connect')}';
    import { migrate } from '${source('migrate')}';
    const database = connectTo(${JSON.stringify({ ...settings, tls, privateLink })}, { statementMs: 600_000 });
    await migrate(database, '${schema}', ${JSON.stringify(part)}, 'sandbox');`;
  const migrator = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  t.after(() => migrator.kill('SIGKILL'));
  const watcher = await connect(t, url);
  const find = `SELECT pid FROM pg_stat_activity WHERE application_name = '${application}'`;
  await until(async () => (await watcher.query(find)).rows.length === 1);
  return {
    async kill() {
      migrator.kill('SIGKILL');
      // The server itself notices only when the statement ends.
      await watcher.query(`SELECT pg_terminate_backend(pid) FROM (${find}) AS its`);
    },
  };
}

// Both wait for seconds.
describe('a lock of a migration', { concurrency: true }, () => {
  test('of one that was killed is waited for a few seconds, and the next one migrates', async (t) => {
    const place = await testSchema();
    const migrator = await startMigrator(t, place);
    await migrator.kill();
    const part = partOf('CREATE TABLE {schema}.made (n int)');
    assert.equal(await migrate(databaseAt(t, place), place.schema, part, 'sandbox'), 0);
  });

  test('is not taken over while a migration takes longer than it lasts', async (t) => {
    // As operating.md has roles set up: a statement waits a second for a lock.
    const server = await startPostgres({ settings: { lock_timeout: '1s' } });
    t.after(() => server.stop());
    const place = { url: server.url(), schema: 'otp' };
    const [first, second] = [databaseAt(t, place), databaseAt(t, place)];
    const slow = partOf(
      'CREATE TABLE {schema}.one (n int); SELECT pg_sleep(6)',
      'CREATE TABLE {schema}.two (n int)',
    );
    const migrating = migrate(first, place.schema, slow, 'sandbox');
    const watcher = await connect(t, place.url);
    const held = `SELECT FROM pg_locks WHERE relation = to_regclass('${place.schema}.migration_lock') AND mode = 'RowExclusiveLock'`;
    await until(async () => (await watcher.query(held)).rows.length > 0);
    assert.deepEqual(await Promise.all([migrating, migrate(second, place.schema, slow, 'sandbox')]), [0, 2]);
    assert.equal((await stateOf(first, place.schema, slow)).version, 2);
  });
});
