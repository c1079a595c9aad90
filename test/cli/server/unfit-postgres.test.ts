import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type EndedCommand, runHere } from '../../support/cli-here.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres/server.ts';
import { startStandby } from '../../support/postgres/standby.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

type Run = (command: 'migrate' | 'serve' | 'accounts show x', store: object) => Promise<EndedCommand>;

/** Commands of an operator whose store is on that server; without more settings, for the role `app`, which owns nothing. */
function operatorOf(t: TestContext, server: Pick<PostgresServer, 'port'>): Run {
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
    return runHere([...command.split(' '), '--config', config]);
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
  await assertRefused(
    run,
    { hosts: [`127.0.0.1:${standby.port}`] },
    /the server is a standby: name its primary in store\.hosts/,
  );
});

test('migrate and serve say why they get no connection, and the statement or the setting that mends it', async (t) => {
  const access = ['host all shut_out 127.0.0.1/32 reject'];
  const server = await startPostgres({ access });
  t.after(() => server.stop());
  const run = operatorOf(t, server);
  for (const statement of [
    'CREATE ROLE app LOGIN',
    'CREATE ROLE asleep',
    'CREATE ROLE many LOGIN CONNECTION LIMIT 0',
    'CREATE ROLE shut_out LOGIN',
    'CREATE DATABASE guarded OWNER app',
    'REVOKE CONNECT ON DATABASE guarded FROM PUBLIC, app',
    'CREATE DATABASE closed OWNER app ALLOW_CONNECTIONS false',
    'GRANT CREATE ON DATABASE postgres TO app, asleep, many',
  ]) {
    await server.query(statement);
  }

  const mending = async (store: object, reason: RegExp) => {
    const told = await assertRefused(run, store, reason);
    await server.query(reason.exec(told)?.[1] ?? assert.fail(told));
    const { stderr } = await run('migrate', store);
    assert.doesNotMatch(stderr, reason);
    // A role that is new may do nothing yet.
    if (stderr !== '') assert.match(stderr, /may not make tables/);
  };
  await mending(
    { user: 'stranger' },
    /role "stranger" does not exist: (CREATE ROLE "stranger" .*) if there is/,
  );
  await mending(
    { user: 'asleep', schema: 'of_asleep' },
    /role "asleep" is not permitted to log in: .* none, (ALTER ROLE "asleep" LOGIN) if it may not/,
  );
  await mending(
    { user: 'many', schema: 'of_many' },
    /too many connections for role "many": .*store\.connections.* (ALTER ROLE "many" CONNECTION LIMIT -1)\n/,
  );
  await mending(
    { database: 'nowhere' },
    /database "nowhere" does not exist: .*store\.database; or (CREATE DATABASE "nowhere" OWNER "app" .*)\n/,
  );
  await mending(
    { database: 'guarded' },
    /permission denied for database "guarded": (GRANT CONNECT ON DATABASE "guarded" TO "app")\n/,
  );
  await mending(
    { database: 'closed' },
    /not currently accepting connections: (ALTER DATABASE "closed" ALLOW_CONNECTIONS true)\n/,
  );
  await assertRefused(
    run,
    { user: 'shut_out' },
    /rejects connection .*: .*let pg_hba\.conf admit it from this machine, and set store\.tls: true/,
  );
  await assertRefused(
    run,
    { tls: true },
    /does not support SSL connections: set ssl = on .* store\.tls: false and store\.privateLink: true\n/,
  );
  await assertRefused(
    run,
    { hosts: ['127.0.0.1:1'] },
    /postgres:\/\/127\.0\.0\.1:1\/.*ECONNREFUSED 127\.0\.0\.1:1: nothing listens there: .* store\.hosts\n/,
  );
  const { stderr } = await run('accounts show x', { hosts: ['127.0.0.1:1'] });
  assert.match(stderr, /ECONNREFUSED 127\.0\.0\.1:1: nothing listens there: .* store\.hosts\n/);
  await assertRefused(
    run,
    { hosts: ['nowhere.invalid'] },
    /ENOTFOUND nowhere\.invalid: DNS doesn't know that name: .* store\.hosts\n/,
  );
});

test('migrate and serve ask whether it is PostgreSQL where something else listens, or nobody answers', async (t) => {
  const run = operatorOf(t, { port: 0 });
  const another = createServer((_request, response) => response.end());
  const silent = createTcpServer((socket) => socket.on('error', () => {}));
  for (const server of [another, silent]) {
    const hosts = [`127.0.0.1:${await listen(t, server)}`];
    for (const tls of [false, true]) {
      await assertRefused(run, { hosts, tls }, /: .*is PostgreSQL what listens there\? See store\.hosts\n/);
    }
  }
});

async function listen(t: TestContext, server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('migrate and serve log in with the password that is set or printed, and repeat none', async (t) => {
  const server = await startPostgres({ access: ['host all app 127.0.0.1/32 scram-sha-256'] });
  t.after(() => server.stop());
  const run = operatorOf(t, server);
  await server.query("CREATE ROLE app LOGIN PASSWORD 'correct horse'");
  await server.query('GRANT CREATE ON DATABASE postgres TO app');
  const printing = (script: string) => ({ passwordCommand: ['sh', '-c', script] });

  await assertRefused(run, {}, /the server wants a password: set store\.password or store\.passwordCommand/);
  for (const store of [{ password: { value: 'wrong horse' } }, printing('echo wrong horse')]) {
    const told = await assertRefused(
      run,
      store,
      /password authentication failed for user "app": set store\.password/,
    );
    assert.doesNotMatch(told, /horse/);
    assert.match(told, /or ALTER ROLE "app" PASSWORD '…'/);
  }
  await assertRefused(run, printing('echo'), /must be a non-empty string: .*passwordCommand prints nothing/);
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
    /is not in the cert's altnames: DNS:db\.bank\.example.*: name the server in store\.hosts as its certificate does/,
  );
  await assertRefused(
    run,
    store,
    /: [a-z -]*certificate: its authority is unknown: name it in store\.tlsCa\n/,
  );
  assert.equal((await run('migrate', { ...store, tlsCa })).code, 0);
});
