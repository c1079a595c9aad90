import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type EndedCommand, runHere } from '../../support/cli-here.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres/server.ts';
import { startStandby } from '../../support/postgres/standby.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

type Run = (command: 'migrate' | 'serve', store: object) => Promise<EndedCommand>;

/** Commands of an operator whose store is on that server; without more settings, for the role `app`, which owns nothing. */
function operatorOf(t: TestContext, server: PostgresServer): Run {
  return (command, store) => {
    const dataDirectory = temporaryDirectory(t);
    const config = join(dataDirectory, 'gsp-otp.json');
    const given = {
      kind: 'postgres',
      hosts: [`127.0.0.1:${server.port}`],
      database: 'postgres',
      user: 'app',
      tls: false,
      ...store,
    };
    const ports = { http: { port: 0 }, operator: { port: 0 } };
    writeFileSync(
      config,
      JSON.stringify({ dataDirectory, ...ports, store: given, directory: { kind: 'postgres' } }),
    );
    return runHere([command, '--config', config]);
  };
}

/** Both commands end, say that, and print nothing more. */
async function assertRefused(run: Run, store: object, reason: RegExp): Promise<string> {
  let told = '';
  for (const command of ['migrate', 'serve'] as const) {
    const { code, stdout, stderr } = await run(command, store);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, reason, command);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    told = stderr;
  }
  return told;
}

test('migrate and serve say what is wrong with a database, and the statement that mends it', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const run = operatorOf(t, server);
  for (const role of ['app', 'reader', 'elder']) await server.query(`CREATE ROLE ${role} LOGIN`);
  await server.query('GRANT CREATE ON DATABASE postgres TO reader');

  await assertRefused(run, { hosts: ['127.0.0.1:1'] }, /postgres:\/\/127\.0\.0\.1:1\/.*ECONNREFUSED/);
  await assertRefused(run, { hosts: ['nowhere.invalid'] }, /ENOTFOUND nowhere\.invalid/);
  await assertRefused(run, { database: 'nowhere' }, /database "nowhere" does not exist/);
  await assertRefused(run, { user: 'nobody' }, /role "nobody" does not exist/);

  const mending = async (store: object, reason: RegExp) => {
    const told = await assertRefused(run, store, reason);
    await server.query(reason.exec(told)?.[1] ?? assert.fail(told));
    const mended = await run('migrate', store);
    assert.equal(mended.code, 0, mended.stderr);
  };
  await mending(
    {},
    /the role "app" may not make tables in the schema gsp_otp: (GRANT CREATE ON DATABASE "postgres" TO "app")\n/,
  );
  await server.query('ALTER ROLE reader SET default_transaction_read_only = on');
  await mending(
    { user: 'reader', schema: 'of_reader' },
    /transactions are read-only: (ALTER ROLE "reader" SET default_transaction_read_only = off)\n/,
  );

  const newDatabase = (name: string, encoding: string) =>
    server.query(`CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
  await newDatabase('latin', 'LATIN1');
  await assertRefused(
    run,
    { user: 'postgres', database: 'latin' },
    /the encoding LATIN1: make another one, CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0/,
  );
  await newDatabase('utf8', 'UTF8');
  assert.equal((await run('migrate', { user: 'postgres', database: 'utf8' })).code, 0);

  // To that role, the server says that it is older.
  await server.query('CREATE SCHEMA before');
  await server.query('GRANT USAGE ON SCHEMA before TO elder');
  await server.query('GRANT CREATE ON DATABASE postgres TO elder');
  await server.query(`CREATE FUNCTION before.current_setting(text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE $1 WHEN 'server_version_num' THEN '140011' WHEN 'server_version' THEN '14.11'
      ELSE pg_catalog.current_setting($1) END $$`);
  await server.query('ALTER ROLE elder SET search_path = before, pg_catalog');
  await assertRefused(run, { user: 'elder' }, /the server is PostgreSQL 14\.11: 15 or newer is needed/);

  const standby = await startStandby(server, { name: 'standby' });
  t.after(() => standby.stop());
  await assertRefused(run, { hosts: [`127.0.0.1:${standby.port}`] }, /the server is a standby/);
});

test('migrate and serve log in with the password that is set or printed, and repeat none', async (t) => {
  const server = await startPostgres({ access: ['host all app 127.0.0.1/32 scram-sha-256'] });
  t.after(() => server.stop());
  const run = operatorOf(t, server);
  await server.query("CREATE ROLE app LOGIN PASSWORD 'correct horse'");
  await server.query('GRANT CREATE ON DATABASE postgres TO app');
  const printing = (script: string) => ({ passwordCommand: ['sh', '-c', script] });

  await assertRefused(run, {}, /the server wants a password: set password or passwordCommand/);
  for (const store of [{ password: { value: 'wrong horse' } }, printing('echo wrong horse')]) {
    const told = await assertRefused(run, store, /password authentication failed for user "app"/);
    assert.doesNotMatch(told, /horse/);
  }
  await assertRefused(
    run,
    printing('echo correct horse; exit 3'),
    /passwordCommand failed: sh ended with 3\n/,
  );
  await assertRefused(
    run,
    { passwordCommand: ['nowhere'] },
    /passwordCommand failed: nowhere ended with ENOENT/,
  );

  assert.equal((await run('migrate', { password: { value: 'correct horse' } })).code, 0);
  // It takes longer than a connection may.
  const slowly = await run('migrate', printing('sleep 0.8; echo correct horse'));
  assert.deepEqual([slowly.code, slowly.stderr], [0, '']);
});

test('migrate and serve trust a server whose certificate is of a known authority, and names it', async (t) => {
  const certificate = makeCertificate({ name: 'db.bank.example' });
  const server = await startPostgres({ certificate });
  t.after(() => server.stop());
  const run = operatorOf(t, server);
  const tlsCa = { value: certificate.certificate };
  const store = { user: 'postgres', tls: true };
  await assertRefused(
    run,
    { ...store, tlsCa, hosts: [`localhost:${server.port}`] },
    /does not match certificate's altnames: Host: localhost\. is not in the cert's altnames: DNS:db\.bank\.example/,
  );
  await assertRefused(run, store, /the authority of the server's certificate is unknown: name it in tlsCa/);
  assert.equal((await run('migrate', { ...store, tlsCa })).code, 0);
});
