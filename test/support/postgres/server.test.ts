import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificate } from '../test-certificates.ts';
import { until } from '../until.ts';
import { connect } from './connect.ts';
import { childrenOf, isRunning } from './guarded-process.ts';
import { testSchema } from './schema.ts';
import { startPostgres } from './server.ts';

test('a server that is killed and started again has what was committed, at the same address', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const before = await connect(t, server.url());
  await before.query('CREATE TABLE kept AS SELECT 1 AS n');
  await server.kill();
  await assert.rejects(before.query('SELECT n FROM kept'));
  await server.start();
  const after = await connect(t, server.url());
  assert.deepEqual((await after.query('SELECT n FROM kept')).rows, [{ n: 1 }]);
});

test('a paused server answers nothing, and goes on with open connections', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const client = await connect(t, server.url());
  await server.pause();
  let isAnswered = false;
  const answer = client.query('SELECT 1 AS n').finally(() => {
    isAnswered = true;
  });
  await delay(100);
  assert.equal(isAnswered, false);
  await server.resume();
  assert.deepEqual((await answer).rows, [{ n: 1 }]);
});

test('a server with a certificate proves who it is, and its access asks for TLS and a password', async (t) => {
  const certificate = makeCertificate();
  const server = await startPostgres({
    certificate,
    access: ['hostssl all app 127.0.0.1/32 scram-sha-256', 'host all app all reject'],
  });
  t.after(() => server.stop());
  await server.query("CREATE ROLE app LOGIN PASSWORD 'correct horse'");
  const url = (password: string) => `postgres://app:${password}@localhost:${server.port}/postgres`;
  const ssl = { ca: certificate.certificate };
  const client = await connect(t, url('correct%20horse'), { ssl });
  const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  assert.deepEqual(rows, [{ ssl: true }]);
  await assert.rejects(connect(t, url('wrong'), { ssl }), /password authentication failed/);
  await assert.rejects(connect(t, url('correct%20horse')), /pg_hba.conf rejects/);
  const other = { ca: makeCertificate().certificate };
  await assert.rejects(connect(t, url('correct%20horse'), { ssl: other }), /self-signed certificate/);
});

test('one that does not start says why', async () => {
  await assert.rejects(
    startPostgres({ settings: { shared_buffers: 'many' } }),
    /invalid value.*shared_buffers/,
  );
});

test('a process that is killed leaves no server behind, not even a paused one', async (t) => {
  const child = spawn(process.execPath, [
    ...['--input-type=module', '--eval'],
    `import { startPostgres } from ${JSON.stringify(import.meta.resolve('./server.ts'))};
     const server = await startPostgres();
     await server.pause();
     console.log(server.directory);
     setInterval(() => undefined, 1000);`,
  ]);
  t.after(() => child.kill('SIGKILL'));
  const [directory] = await once(createInterface(child.stdout), 'line');
  const [postmaster] = (await readFile(join(directory, 'data/postmaster.pid'), 'utf8'))
    .split('\n')
    .map(Number);
  assert.ok(postmaster);
  const processes = [postmaster, ...(await childrenOf(postmaster))];
  assert.ok(processes.length > 1);
  child.kill('SIGKILL');
  for (const pid of processes) await until(async () => !(await isRunning(pid)));
  await until(() => !existsSync(directory));
});

test('schemas of tests are apart, and gone from a given server when all have ended', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const child = spawn(
    process.execPath,
    [
      ...['--input-type=module', '--eval'],
      `import { test } from 'node:test';
       import { testSchema } from ${JSON.stringify(import.meta.resolve('./schema.ts'))};
       for (const name of ['one', 'other'])
         test(name, async () => console.log('made', (await testSchema()).schema));`,
    ],
    { env: { TEST_POSTGRES_URL: server.url() }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const made = new Set((await text(child.stdout)).match(/^made .*$/gm));
  assert.equal(made.size, 2);
  const client = await connect(t, server.url());
  const { rows } = await client.query("SELECT FROM pg_namespace WHERE nspname LIKE 'gsp_otp_test_%'");
  assert.deepEqual(rows, []);
});

test('a test gets a schema without asking for a server', async (t) => {
  const { url, schema } = await testSchema();
  const client = await connect(t, url);
  await client.query(`CREATE TABLE ${schema}.t (n int)`);
});
