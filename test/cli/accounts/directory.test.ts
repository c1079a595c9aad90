import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createDirectoryServer, type KeptAccount } from '../../../examples/directory-server.ts';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importTestAccounts } from '../../support/test-accounts.ts';

const token = 'a-token-of-the-tests';

const accounts: readonly KeptAccount[] = [
  { accountId: 'wallet-1', phoneNumber: '+14035550123', language: 'pt-BR', associationIds: ['maria'] },
  { accountId: 'wallet-2', phoneNumber: '+14035550124', status: 'closed-fraud', associationIds: ['joao'] },
  { accountId: 'wallet-3', phoneNumber: '+14035550125' },
  { accountId: 'wallet-4', phoneNumber: '+14035550125' },
];

/** Runs commands on a directory over HTTP with these accounts. */
async function overHttp(t: TestContext, { shown = token } = {}) {
  const server = createDirectoryServer(accounts, token).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const dataDirectory = join(temporaryDirectory(t), 'data');
  mkdirSync(dataDirectory, { mode: 0o700 });
  const env = {
    GSP_OTP_DIRECTORY_KIND: 'http',
    GSP_OTP_DIRECTORY_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GSP_OTP_DIRECTORY_BEARER_TOKEN_ENV: 'TOKEN',
    GSP_OTP_DATA_DIRECTORY: dataDirectory,
    TOKEN: shown,
  };
  const lookup = (...args: readonly string[]) => runHere(['directory', 'lookup', ...args], { env });
  return { env, lookup, server };
}

test('a look-up shows the answer with its number masked, how long it took, and what sendOtp would decide', async (t) => {
  const { lookup } = await overHttp(t);
  for (const asked of [['+14035550123'], ['--association', 'maria'], ['--account', 'wallet-1']]) {
    const { code, stdout, stderr } = await lookup(...asked);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^asked {9}http:\/\/127\.0\.0\.1:\d+, answered in \d+ ms\n\naccount id {4}wallet-1\nstatus {8}active\n/,
    );
    assert.match(stdout, /phone number {2}\+1403\*{5}23\nlanguage {6}pt-BR\n/);
    assert.match(stdout, /would send a code for the account wallet-1, unless a limit stands against it\.\n$/);
    assert.doesNotMatch(stdout, /5550123/);
  }
});

test('[SO-10, OQ-29] what sendOtp would decide is by its own rules', async (t) => {
  const { lookup } = await overHttp(t);
  for (const [asked, code, decision] of [
    [
      ['--association', 'joao'],
      0,
      /A sendOtp would be answered ACCOUNT_CLOSED_FRAUD: the account is closed for fraud\. It is 503 while closed/,
    ],
    [
      ['--account', 'wallet-2'],
      0,
      /A sendOtp by an association id of it would be answered ACCOUNT_CLOSED_FRAUD/,
    ],
    [['+14035550124'], 0, /A sendOtp would be answered UNKNOWN_PHONE_NUMBER: only closed accounts/],
    [
      ['+14035550125'],
      0,
      /would be answered 503: the directory holds several active accounts for one phone number/,
    ],
    [
      ['+14035550199'],
      1,
      /\n\nthe number is nobody's\n\nA sendOtp would be answered UNKNOWN_PHONE_NUMBER: no account has/,
    ],
    [
      ['--association', 'nobody'],
      1,
      /the association id is nobody's\n\nA sendOtp would be answered 404, INVALID_IDENTIFIER\.\n$/,
    ],
    [
      ['+14035550123', '--set', 'phoneNumbers.allowedCountries=BR'],
      0,
      /would be answered NOT_ELIGIBLE: no texts are sent to/,
    ],
  ] as const) {
    const ended = await lookup(...asked);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stdout, decision);
  }
});

test('a look-up prints JSON, with numbers masked', async (t) => {
  const { lookup } = await overHttp(t);
  const { durationMs, where, ...told } = JSON.parse((await lookup('+14035550123', '--json')).stdout);
  assert.ok(Number.isInteger(durationMs) && where.startsWith('http://'));
  assert.deepEqual(told, {
    accounts: [
      {
        accountId: 'wallet-1',
        status: 'active',
        phoneNumber: '+1403*****23',
        language: 'pt-BR',
        preferred: false,
      },
    ],
    decision: { kind: 'code', accountId: 'wallet-1' },
  });
});

test('a look-up that gets no answer ends with 1 and says why; a wrong command line with 2', async (t) => {
  const { lookup } = await overHttp(t, { shown: 'another-token-of-the-tests' });
  const refused = await lookup('+14035550123');
  assert.deepEqual([refused.code, refused.stdout], [1, '']);
  assert.match(refused.stderr, /the account directory answered 401: it does not take the credentials/);
  for (const asked of [
    [],
    ['+14035550123', '--account', 'wallet-1'],
    ['4035550123'],
    ['--association', ''],
  ]) {
    const { code, stderr } = await lookup(...asked);
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stderr, /5550123/);
  }
});

test('accounts of a file are looked up in the same way', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  const env = { GSP_OTP_DATA_DIRECTORY: dataDirectory };
  const { code, stdout } = await runHere(['directory', 'lookup', '--association', 'assoc-closed'], { env });
  assert.equal(code, 0);
  assert.match(stdout, /^asked {9}.*accounts\.sqlite, answered in/);
  assert.match(stdout, /would be answered ACCOUNT_CLOSED: the account is closed\. It is 503 while closed/);
});

test('commands that keep accounts say where those of a directory over HTTP are', async (t) => {
  const { env } = await overHttp(t);
  const show = await runHere(['accounts', 'show', 'wallet-1'], { env });
  assert.equal(show.code, 1);
  assert.match(
    show.stderr,
    /the accounts are in http:\S+, and are kept there: .* gsp-otp directory lookup shows/,
  );
  const migrate = await runHere(['migrate'], { env });
  assert.equal(migrate.code, 0, migrate.stderr);
  assert.match(migrate.stdout, /http:\S+: accounts are kept there, nothing of it is migrated\n$/);
  const backup = await runHere(['backup', join(env.GSP_OTP_DATA_DIRECTORY, 'backup')], { env });
  assert.equal(backup.code, 0, backup.stderr);
  assert.match(backup.stdout, /^accounts {9}kept in http:\S+, and not in this backup$/m);
  const check = await runHere(['config', 'check'], { env });
  assert.equal(check.code, 0, check.stderr);
  assert.match(
    check.stdout,
    /^The configuration is valid\.\nAccounts are looked up in http:\S+, and kept there: /,
  );
});

test('the doctor asks for a number that nobody has', async (t) => {
  const { env, server } = await overHttp(t);
  const diagnosed = async () => {
    const { stdout } = await runHere(['doctor', '--json'], { env });
    const findings: { subject: string; verdict: string; finding: string }[] = JSON.parse(stdout);
    return findings.filter(({ subject }) => subject === 'directory');
  };
  const [sound, ...more] = await diagnosed();
  assert.equal(more.length, 0);
  assert.equal(sound?.verdict, 'ok');
  assert.match(sound.finding, /answered within \d+ ms that nobody has \+999000000000000/);
  server.closeAllConnections();
  server.close();
  const [away] = await diagnosed();
  assert.equal(away?.verdict, 'failed');
  assert.match(away.finding, /^the account directory can't be reached: ECONNREFUSED$/);
});
