import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeFault } from '../../src/config/faults.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { faultsOf, temporaryDirectory, temporaryFile } from './config-under-test.ts';

const long = 'correct horse battery staple, and more of it';

test('a secret comes from a file, the environment or, in the sandbox, from the configuration', (t) => {
  const file = temporaryFile(t, 'secret', `${long} in a file\n`);
  const config = loadConfig({
    env: { OTP_KEY: `${long} in the environment` },
    overrides: {
      dataDirectory: temporaryDirectory(t),
      'codes.secrets': [
        { id: 'a', secret: { file } },
        { id: 'b', secret: { env: 'OTP_KEY' } },
        { id: 'c', secret: { value: `${long} itself` } },
      ],
    },
  });
  const revealed = config.codes.secrets.map(({ secret }) => secret.reveal());
  assert.deepEqual(revealed, [`${long} in a file`, `${long} in the environment`, `${long} itself`]);
});

test('a binary file is refused with what to do, and not read as the text that it is not', (t) => {
  const file = join(temporaryDirectory(t), 'key.pgp');
  writeFileSync(file, Buffer.from('99010d04'.padEnd(128, 'f0'), 'hex'), { mode: 0o600 });
  const [fault, ...others] = faultsOf({ overrides: { 'digests.secret': { file } } });
  assert.deepEqual(others, []);
  assert.equal(fault?.reason, `${file} is binary`);
  assert.match(fault.accepted, /OpenPGP keys armored/);
});

test('the file of a secret can be named by a variable of its own', (t) => {
  const file = temporaryFile(t, 'secret', `${long} in a file\n`);
  const env = { GSP_OTP_DIGESTS_SECRET_FILE: file };
  const config = loadConfig({ env, overrides: { dataDirectory: temporaryDirectory(t) } });
  assert.equal(config.digests.secret.reveal(), `${long} in a file`);
});

test('a variable that a reference names is not taken for a setting', (t) => {
  const dataDirectory = temporaryDirectory(t);
  const env = { GSP_OTP_MY_KEY: long, GSP_OTP_DIGESTS_SECRET_ENV: 'GSP_OTP_MY_KEY' };
  const config = loadConfig({ env, overrides: { dataDirectory } });
  assert.equal(config.digests.secret.reveal(), long);
});

test('a secret file that others can read is refused in production and warned of in the sandbox', (t) => {
  const file = temporaryFile(t, 'secret', long, 0o644);
  const overrides = { dataDirectory: temporaryDirectory(t), 'digests.secret': { file } };
  const { warnings } = loadConfig({ env: {}, overrides });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^digests\.secret: .*mode 644.*production refuses that$/);

  const faults = faultsOf({ overrides: { ...overrides, profile: 'production' } });
  const fault = faults.find(({ path }) => path === 'digests.secret');
  assert.match(fault?.reason ?? '', /can be read by everybody \(mode 644\)/);
  assert.match(fault?.accepted ?? '', /chmod 600/);
});

const asRoot = process.getuid?.() === 0;

test("root is told to run it as the server's user, where a secret is for a group that root is not in", {
  skip: !asRoot && 'only root can make such a file',
}, (t) => {
  const file = temporaryFile(t, 'secret', long, 0o440);
  const overrides = { profile: 'production', 'digests.secret': { file } };
  const accepted = () =>
    faultsOf({ overrides }).find(({ path }) => path === 'digests.secret')?.accepted ?? '';
  chownSync(file, 0, 424_242);
  assert.match(accepted(), /run this as the server's user/);
  assert.doesNotMatch(accepted(), /chmod/);
  chmodSync(file, 0o460);
  assert.match(accepted(), /chmod 600/);
});

/** The server's user and groups, none of them root's. */
const server = { user: 424_241, groups: [424_242, 424_243] };

/** Runs it as that user would, and comes back. Nothing is awaited meanwhile. */
function asServer<Result>(run: () => Result): Result {
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.(server.groups);
  process.setegid?.(server.groups[0] ?? 0);
  process.seteuid?.(server.user);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

for (const [owner, group, mode] of [
  [0, 0, 0o644],
  [0, 424_243, 0o644],
  [0, 424_243, 0o660],
  [0, 99_999, 0o644],
  [server.user, 0, 0o644],
  [server.user, 424_243, 0o664],
  [server.user, 99_999, 0o640],
  [99_999, 99_999, 0o644],
  [99_999, 424_243, 0o640],
  [99_999, 424_243, 0o664],
] as const) {
  for (const asWhom of ['the server', 'root'] as const) {
    test(`what ${asWhom} is told of a file of ${owner}:${group} with mode ${mode.toString(8)} leaves it to the server`, {
      skip: !asRoot && 'only root can make such a file',
    }, (t) => {
      const directory = temporaryDirectory(t);
      chmodSync(directory, 0o755);
      const [file, other] = ['secret', 'other'].map((name) => {
        const path = join(directory, name);
        writeFileSync(path, long);
        chownSync(path, owner, group);
        chmodSync(path, mode);
        return path;
      });
      const overrides = {
        profile: 'production',
        'digests.secret': { file },
        'sms.gateway': { kind: 'twilio', accountSid: 'AC1', sender: 'E', authToken: { file: other } },
      };
      const paths = ['digests.secret', 'sms.gateway.authToken'];
      const look = () => faultsOf({ overrides }).filter(({ path }) => paths.includes(path));
      const faults = asWhom === 'root' ? look() : asServer(look);
      assert.deepEqual(faults.map(({ path }) => path).toSorted(), paths);
      for (const { accepted } of faults) {
        const [, command = ''] = /: ((?:chmod|chown) .*?)(?:, |$)/.exec(accepted) ?? [];
        execFileSync('sh', ['-ec', command.replaceAll('USER', String(server.user))]);
      }
      assert.deepEqual(asServer(look), []);
    });
  }
}

test('production refuses everything that is good only for trying out, each with a message', () => {
  const overrides = { profile: 'production', 'digests.secret': { value: long } };
  const lines = faultsOf({ overrides }).map(describeFault);
  const expected = [
    /^codes\.secrets: is missing/,
    /^digests\.secret: a secret stands in the configuration itself/,
    /^sms\.brand: is missing/,
    /^payload: names no kind of body to open/,
    /^http\.tls: is missing: the methods would be served over plain HTTP/,
    /^sms\.gateway\.kind: inbox delivers nothing/,
  ];
  assert.equal(lines.length, expected.length, lines.join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? '', pattern);
});

for (const profile of ['sandbox', 'production'] as const) {
  test(`a secret on the command line is refused in the ${profile} profile, without being shown`, () => {
    const gateway = (token: string) =>
      `{kind: twilio, accountSid: AC1, sender: Exemplo, authToken: ${token}}`;
    const refused = (flags: Readonly<Record<string, string>>, env = {}) =>
      faultsOf({ overrides: { profile }, flags, env })
        .map(describeFault)
        .filter((line) => line.includes('command line'));
    const line =
      'sms.gateway.authToken: a secret stands on the command line; accepted: {file: …} or {env: …}. (--set sms.gateway)';
    const flags = { 'sms.gateway': gateway(`{value: "${long}"}`) };
    assert.deepEqual(refused(flags), [line]);
    // The flag takes the place of what the environment said.
    assert.deepEqual(refused(flags, { GSP_OTP_SMS_GATEWAY_AUTH_TOKEN_ENV: 'TOKEN', TOKEN: long }), [line]);
    const listed = `[{id: a, secret: {value: "${long}"}}]`;
    assert.match(
      refused({ 'codes.secrets': listed })[0] ?? '',
      /^codes\.secrets\.0\.secret: a secret stands/,
    );
    assert.match(refused({ 'digests.secret': `{value: "${long}"}` })[0] ?? '', /^digests\.secret: a secret/);
    assert.deepEqual(refused({ 'sms.gateway': gateway('{env: TOKEN}') }, { TOKEN: long }), []);
    // A certificate is no secret.
    assert.deepEqual(
      refused({ 'http.tls': '{certificates: [{certificate: {value: a}, key: {env: TOKEN}}]}' }),
      [],
    );
  });
}

test('a flag beside a secret of the file does not make it one of the command line', (t) => {
  const file = temporaryFile(t, 'a.yaml', `digests:\n  secret: {value: "${long}"}\n`);
  const flags = { dataDirectory: temporaryDirectory(t), 'log.level': 'silent' };
  assert.equal(loadConfig({ file, env: {}, flags }).digests.secret.reveal(), long);
});

test('a secret shows where it is kept, and nothing else', (t) => {
  const file = temporaryFile(t, 'secret', long);
  const shown = (reference: object, env = {}) =>
    String(
      loadConfig({
        env,
        overrides: { dataDirectory: temporaryDirectory(t), 'digests.secret': reference },
      }).digests.secret,
    );
  assert.equal(shown({ file }), `{file: ${file}}`);
  assert.equal(shown({ env: 'OTP_KEY' }, { OTP_KEY: long }), '{env: OTP_KEY}');
  assert.equal(shown({ value: long }), '{value: …}');
});

for (const [name, secret, reason] of [
  ['too short', { value: 'short' }, /holds 5 characters/],
  ['in a variable that is not set', { env: 'NOT_SET' }, /NOT_SET is not set/],
  ['in a file that is not there', { file: '/no/such/file' }, /^\/no\/such\/file does not exist$/],
  ['in two places', { env: 'A', file: 'B' }, /is not a reference/],
  ['written where a reference belongs', long, /is not a reference/],
  ['referred to by nothing', {}, /is not a reference/],
  ['referred to in a way unknown', { vault: long }, /is not a reference/],
] as const) {
  test(`a secret ${name} is refused without being shown`, () => {
    const faults = faultsOf({ overrides: { 'digests.secret': secret } });
    assert.deepEqual(
      faults.map(({ path }) => path),
      ['digests.secret'],
    );
    assert.match(faults[0]?.reason ?? '', reason);
    assert.ok(!JSON.stringify(faults).includes(long));
  });
}

test('a secret written in place of a list or group is not shown', () => {
  const faults = faultsOf({ env: { GSP_OTP_CODES_SECRETS: long, GSP_OTP_DIGESTS: long } });
  assert.equal(faults.length, 2);
  assert.ok(!JSON.stringify(faults).includes(long));
});

test('two secrets with one id are refused', () => {
  const secret = { value: long };
  const overrides = {
    'codes.secrets': [
      { id: 'a', secret },
      { id: 'a', secret },
    ],
  };
  const faults = faultsOf({ overrides });
  assert.match(faults[0]?.reason ?? '', /two secrets have the same id/);
});

test('a revocation list may be a file in DER, which is read as its PEM', (t) => {
  const bytes = Buffer.from([0x30, 0x82, 0xff, 0xfe, 0x00]);
  const directory = temporaryDirectory(t);
  const file = join(directory, 'authority.crl');
  writeFileSync(file, bytes);
  const certificate = { value: 'a' };
  const tls = { certificates: [{ certificate, key: { value: 'b' } }], clientCertificates: 'required' };
  const { http } = loadConfig({
    env: {},
    overrides: {
      dataDirectory: directory,
      'http.tls': { ...tls, clientCa: certificate, clientCrl: [{ file }] },
    },
  });
  const pem = `-----BEGIN X509 CRL-----\n${bytes.toString('base64')}\n-----END X509 CRL-----`;
  assert.equal(http.tls?.clientCrl?.[0]?.reveal(), pem);
});
