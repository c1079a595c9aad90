import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectTo } from '../../../src/adapters/postgres/connect.ts';
import type { ConnectionSettings } from '../../../src/adapters/postgres/connection-settings.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { connectionTo } from '../../support/postgres/connection.ts';
import { startPostgres } from '../../support/postgres/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeCertificate } from '../../support/test-certificates.ts';
import { until } from '../../support/until.ts';

/** A server on which `app` logs in by a password alone, and `safe` over TLS alone. Resolves to who logs in so. */
async function guarded(t: TestContext) {
  const certificate = makeCertificate({ name: 'db.bank.example' });
  const server = await startPostgres({
    certificate,
    access: ['host all app all scram-sha-256', 'hostssl all safe all trust', 'host all safe all reject'],
  });
  t.after(() => server.stop());
  await server.query("CREATE ROLE app LOGIN PASSWORD 'right'");
  await server.query('CREATE ROLE safe LOGIN');
  const place = connectionTo({ url: server.url(), schema: 'otp' });
  const logIn = async (user: string, settings: Partial<ConnectionSettings>) => {
    const database = connectTo({ ...place, user, ...settings });
    try {
      return (await database.read('SELECT current_user AS name'))[0]?.['name'];
    } finally {
      await database.close();
    }
  };
  return { server, place, certificate, logIn, atAnotherName: { hosts: [`localhost:${server.port}`] } };
}

const refused = {
  name: 'UnavailableError',
  message: /password authentication failed|the server wants a password/,
};

test('a password that is set, or that a command prints, is what is logged in with, and nothing else', async (t) => {
  const { logIn } = await guarded(t);
  const printing = (text: string) => ({ passwordCommand: [process.execPath, '-p', `'${text}'`] });
  assert.equal(await logIn('app', { password: new Secret('right') }), 'app');
  assert.equal(await logIn('app', printing('right')), 'app');
  process.env['PGPASSWORD'] = 'right';
  t.after(() => delete process.env['PGPASSWORD']);
  await assert.rejects(logIn('app', { password: new Secret('wrong') }), refused);
  await assert.rejects(logIn('app', printing('wrong')), refused);
  await assert.rejects(logIn('app', {}), refused);
});

test('a password that changes in a file is followed by new connections, and one that is set is not', async (t) => {
  const { server, place } = await guarded(t);
  const file = join(temporaryDirectory(t), 'password');
  writeFileSync(file, 'right\n');
  const open = (settings: Partial<ConnectionSettings>) => {
    const database = connectTo({ ...place, user: 'app', ...settings });
    t.after(() => database.close());
    return database;
  };
  const following = open({ passwordCommand: ['cat', file] });
  const staying = open({ password: new Secret('right') });
  for (const database of [following, staying]) await database.read('SELECT');

  await server.query("ALTER ROLE app PASSWORD 'newer'");
  for (const database of [following, staying]) await database.read('SELECT');
  writeFileSync(file, 'newer\n');
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
  await until(() =>
    following.read('SELECT').then(
      () => true,
      () => false,
    ),
  );
  await until(() =>
    staying.read('SELECT').then(
      () => false,
      (error: Error) => refused.message.test(error.message),
    ),
  );
});

test('a command that prints no password is told without what it printed', async (t) => {
  const { logIn } = await guarded(t);
  const passwordCommand = [process.execPath, '-e', "console.log('hidden'); process.exit(3)"];
  await assert.rejects(logIn('app', { passwordCommand }), (error: Error) => {
    assert.match(error.message, /passwordCommand failed: .* ended with 3/);
    return !error.message.includes('hidden');
  });
});

test('over TLS the certificate has to be of a named authority, and for the host', async (t) => {
  const { certificate, logIn, atAnotherName } = await guarded(t);
  const tlsCa = new Secret(certificate.certificate);
  assert.equal(await logIn('safe', { tls: true, tlsCa }), 'safe');
  const stranger = new Secret(makeCertificate({ name: 'db.bank.example' }).certificate);
  await assert.rejects(logIn('safe', { tls: true, tlsCa: stranger }), /name it in store\.tlsCa/);
  await assert.rejects(logIn('safe', { tls: true }), /name it in store\.tlsCa/);
  await assert.rejects(logIn('safe', { ...atAnotherName, tls: true, tlsCa }), /does not match/);
  await assert.rejects(logIn('safe', {}), /rejects/);
});
