import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { keptStatements } from '../../../src/adapters/storage/postgres/kept-functions.ts';
import { migrateDatabases } from '../../../src/operations/databases.ts';
import { diagnose } from '../../../src/operations/doctor/diagnose.ts';
import { inspectConfig, loadConfig } from '../../../src/settings/load.ts';
import { compose } from '../../../src/wiring/application.ts';
import { storeSettings } from '../../support/postgres/connection.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres/server.ts';
import { TEST_SETTINGS } from '../../support/test-application.ts';

const WRONG_PASSWORD = 'wrong-and-secret';
const url = (database: string, login = 'app') => `postgres://${login}@127.0.0.1:${server.port}/${database}`;

let server: PostgresServer;
let databases = 0;

before(async () => {
  server = await startPostgres({
    settings: { fsync: 'on' },
    access: ['host all guarded 127.0.0.1/32 scram-sha-256'],
  });
  await server.query('CREATE ROLE app LOGIN');
  await server.query(`CREATE ROLE guarded LOGIN PASSWORD 'right'`);
});
after(() => server.stop());

async function newDatabase(owner: string, options = ''): Promise<string> {
  const name = `otp_${databases++}`;
  await server.query(`CREATE DATABASE ${name} OWNER ${owner} ${options}`);
  return name;
}

const dataDirectory = join(mkdtempSync(join(tmpdir(), 'gsp-otp-doctor-')), 'data');
after(() => rmSync(dirname(dataDirectory), { recursive: true, force: true }));

/** What the doctor says of the databases of a server with these settings. */
async function examine(settings: Readonly<Record<string, unknown>>) {
  const overrides = { ...TEST_SETTINGS, ...settings, dataDirectory };
  const sources = { env: {}, overrides };
  const tls = { namedSuites: [], negotiate: () => assert.fail() };
  const terms = { url: undefined, clockUrl: undefined, nowMs: Date.now(), tls };
  const findings = await diagnose(inspectConfig(sources), terms);
  const told = (wanted: string) =>
    findings.filter(({ subject, verdict }) => subject === 'databases' && verdict === wanted);
  return { config: loadConfig(sources), failed: told('failed'), warnings: told('warning') };
}

test('the doctor warns of time-outs that are missing or too short, with the statement that mends each', async (t) => {
  const place = { url: url(await newDatabase('app')), schema: 'gsp_otp' };
  const { config } = await examine(storeSettings(place));
  await migrateDatabases(config, { dryRun: false });
  const timeOuts = async () => {
    const { failed, warnings } = await examine(storeSettings(place));
    assert.deepEqual(failed, []);
    return warnings.filter(({ finding }) => !/accounts/.test(finding));
  };
  const missing = await timeOuts();
  assert.deepEqual(
    missing.map(({ remedy }) => remedy),
    [
      `ALTER ROLE "app" SET statement_timeout = '3s'`,
      `ALTER ROLE "app" SET lock_timeout = '1s'`,
      `ALTER ROLE "app" SET idle_in_transaction_session_timeout = '5s'`,
      `ALTER ROLE "app" SET client_connection_check_interval = '100ms'`,
    ],
  );
  for (const { remedy = '' } of missing) await server.query(remedy);
  t.after(() => server.query('ALTER ROLE app RESET ALL'));
  assert.deepEqual(await timeOuts(), []);
  await server.query("ALTER ROLE app SET statement_timeout = '999ms'");
  const [short] = await timeOuts();
  assert.match(short?.finding ?? '', /statement_timeout is 999 ms: it ends statements that we wait for/);
  assert.match(short?.remedy ?? '', /statement_timeout = '3s'/);
});

test('the doctor warns of a server that flushes nothing', async (t) => {
  const careless = await startPostgres({ settings: { fsync: 'off' } });
  t.after(() => careless.stop());
  const { warnings } = await examine(storeSettings({ url: careless.url(), schema: 'gsp_otp' }));
  assert.match(warnings.map(({ finding }) => finding).join('\n'), /fsync is off/);
});

test('the doctor says that calls fail where a function is not ours, or a column is missing', async () => {
  const database = await newDatabase('app');
  const place = { url: url(database), schema: 'gsp_otp' };
  const { config } = await examine(storeSettings(place));
  await migrateDatabases(config, { dryRun: false });
  assert.deepEqual((await examine(storeSettings(place))).failed, []);
  const functions = keptStatements(place.schema);
  for (const { signature } of functions) {
    await server.query(`DROP FUNCTION IF EXISTS ${signature}`, [], database);
    await server.query(`CREATE FUNCTION ${signature} RETURNS void LANGUAGE sql AS ''`, [], database);
  }
  const [others] = (await examine(storeSettings(place))).failed;
  const [, drop = ''] = /: (DROP FUNCTION .*)$/.exec(others?.finding ?? '') ?? [];
  assert.equal(drop.match(/step_/g)?.length, functions.length, others?.finding);
  await server.query(drop, [], database);
  assert.deepEqual((await examine(storeSettings(place))).failed, []);
  await server.query('ALTER TABLE gsp_otp.request DROP gateway', [], database);
  const { failed } = await examine(storeSettings(place));
  assert.match(failed[0]?.finding ?? '', /can't do what calls need: .*gateway.* restore a backup/);
});

interface Unfit {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly told: RegExp;
  /** The database in which the statements that are told mend it. Absent: none does. */
  readonly mendIn?: string;
}

const on = (database: string, login?: string) =>
  storeSettings({ url: url(database, login), schema: 'gsp_otp' });

/** A database of a role with that setting. */
async function ofRoleWith(setting: string, told: RegExp): Promise<Unfit> {
  const role = `set_${databases}`;
  await server.query(`CREATE ROLE ${role} LOGIN`);
  await server.query(`ALTER ROLE ${role} SET ${setting}`);
  const database = await newDatabase(role);
  return { settings: on(database, role), told, mendIn: database };
}

const unfit: Readonly<Record<string, () => Promise<Unfit>>> = {
  'that does not run': async () => {
    const settings = { ...on('postgres'), 'store.hosts': ['127.0.0.1:1'] };
    return { settings, told: /127\.0\.0\.1:1\/postgres .*ECONNREFUSED.*: nothing listens there/ };
  },
  'without that database': async () => {
    return {
      settings: on('nowhere'),
      told: /database "nowhere" does not exist: .* CREATE DATABASE "nowhere" OWNER "app"/,
    };
  },
  'without that role': async () => {
    return {
      settings: on('postgres', 'stranger'),
      told: /role "stranger" does not exist: CREATE ROLE "stranger" LOGIN/,
    };
  },
  'that wants another password': async () => {
    const settings = { ...on('postgres', 'guarded'), 'store.password': { value: WRONG_PASSWORD } };
    return {
      settings,
      told: /password authentication failed for user "guarded": .* ALTER ROLE "guarded" PASSWORD/,
    };
  },
  'on which the role may make no schema': async () => {
    const database = await newDatabase('postgres');
    return { settings: on(database), told: /may not make tables in the schema gsp_otp/, mendIn: database };
  },
  'on which the tables are of another role': async () => {
    const database = await newDatabase('postgres');
    const { config } = await examine(on(database, 'postgres'));
    await migrateDatabases(config, { dryRun: false });
    await server.query('GRANT CREATE, USAGE ON SCHEMA gsp_otp TO app', [], database);
    return { settings: on(database), told: /may not read and write all tables/, mendIn: database };
  },
  'that only reads': () => ofRoleWith('default_transaction_read_only = on', /transactions are read-only/),
  'that answers too early': () => ofRoleWith('synchronous_commit = off', /before they are durable/),
  'that says too little': () => ofRoleWith('client_min_messages = error', /keeps quiet about a standby/),
  'that does not write UTF-8': async () => {
    const database = await newDatabase('app', "ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'");
    return { settings: on(database), told: /has the encoding SQL_ASCII/ };
  },
  'that is too old, as far as it tells': async () => {
    const database = await newDatabase('app');
    for (const statement of [
      'CREATE SCHEMA old AUTHORIZATION app',
      `CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$
         SELECT CASE $1 WHEN 'server_version_num' THEN '140011' WHEN 'server_version' THEN '14.11'
           ELSE pg_catalog.current_setting($1) END $$`,
      `ALTER ROLE app IN DATABASE ${database} SET search_path = old, pg_catalog`,
    ]) {
      await server.query(statement, [], database);
    }
    return { settings: on(database), told: /PostgreSQL 14\.11: 15 or newer is needed/ };
  },
};

for (const [name, make] of Object.entries(unfit)) {
  test(`a server ${name} is told by the doctor, and refused by who would serve with it`, async () => {
    const { settings, told, mendIn } = await make();
    const { config, failed } = await examine(settings);
    const findings = failed.map(({ finding }) => finding).join('\n');
    for (const { remedy } of failed) assert.equal(remedy, 'See PostgreSQL in docs/operating.md.');
    assert.match(findings, told);
    assert.ok(!findings.includes(WRONG_PASSWORD));
    await assert.rejects(compose(config), told);
    if (mendIn === undefined) return;
    await mend(findings, mendIn);
    await migrateDatabases(config, { dryRun: false }).catch((error: Error) => mend(error.message, mendIn));
    await migrateDatabases(config, { dryRun: false });
    assert.deepEqual((await examine(settings)).failed, []);
  });
}

async function mend(text: string, database: string): Promise<void> {
  const statements = [...text.matchAll(/: ((?:GRANT|ALTER ROLE) [^;\n]*)/g)];
  assert.notEqual(statements.length, 0, text);
  for (const [, statement = ''] of statements) await server.query(statement, [], database);
}
