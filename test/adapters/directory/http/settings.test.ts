import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSettings } from '../../../../src/operations/settings.ts';
import { inspectConfig, loadConfig } from '../../../../src/settings/load.ts';
import { compose } from '../../../../src/wiring/application.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { makeCertificate } from '../../../support/test-certificates.ts';

const key = (bytes: number) => ({ value: `whsec_${Buffer.alloc(bytes, 9).toString('base64')}` });
const token = { value: 'a-token-of-the-tests' };

/** What is said of a directory with these settings. */
function faultsOf(directory: object, profile: 'sandbox' | 'production' = 'sandbox'): readonly string[] {
  const overrides = { profile, directory: { kind: 'http', ...directory } };
  const { faults } = inspectConfig({ env: { TOKEN: token.value, KEY: key(32).value }, overrides });
  return faults
    .filter(({ path }) => path.startsWith('directory'))
    .map(({ path, reason }) => `${path}: ${reason}`);
}

for (const [what, settings, fault] of [
  ['no URL', {}, /^directory.url: is missing/],
  ['a URL with credentials', { url: 'https://user:secret@bank.example' }, /^directory.url: /],
  ['a URL with a query', { url: 'https://bank.example/x?key=secret' }, /^directory.url: /],
  ['a URL with a slash at its end', { url: 'https://bank.example/' }, /^directory.url: /],
  ['a URL of a file', { url: 'file:///etc/accounts' }, /^directory.url: /],
  [
    'a short token',
    { bearerToken: { value: 'secret' } },
    /^directory.bearerToken: the value holds 6 characters/,
  ],
  [
    'a token with a line break',
    { bearerToken: { value: 'a-token-of-the\r\nx-tests: 1' } },
    /^directory: has a bearerToken with characters/,
  ],
  [
    'a key that is no base64',
    { signingKey: { value: 'x'.repeat(60) } },
    /^directory: has a signingKey that is none$/,
  ],
  ['a key of 23 bytes', { signingKey: key(23) }, /holds 38 characters|has a signingKey that is none|holds/],
  ['a key of 65 bytes', { signingKey: key(65) }, /^directory: has a signingKey that is none$/],
  [
    'a proxy with half a login',
    { proxy: { url: 'http://proxy:3128', user: 'otp' } },
    /^directory: has a proxy with a user/,
  ],
  ['a time-out of nothing', { timeoutMs: 0 }, /^directory.timeoutMs: /],
  ['no connections', { connections: 0 }, /^directory.connections: /],
] as const) {
  test(`a directory over HTTP with ${what} is refused, without a value`, () => {
    const faults = faultsOf({
      url: 'https://bank.example/gsp',
      ...settings,
      ...(what === 'no URL' && { url: undefined }),
    });
    assert.ok(
      faults.some((one) => fault.test(one)),
      faults.join('\n'),
    );
    assert.doesNotMatch(faults.join('\n'), /secret|x-tests|whsec_C/);
  });
}

test('a directory over HTTP with all its settings is accepted', () => {
  const more = {
    bearerToken: token,
    signingKey: key(24),
    timeoutMs: 500,
    connections: 4,
    ownsAssociations: true,
  };
  assert.deepEqual(faultsOf({ url: 'http://127.0.0.1:8090', ...more }), []);
  assert.deepEqual(faultsOf({ url: 'https://[::1]:8443/gsp/v1', signingKey: key(64) }), []);
});

test('[TLS-5] production wants TLS and credentials, or the word that the way is private', () => {
  const bearerToken = { env: 'TOKEN' };
  const url = 'https://bank.example/gsp';
  assert.deepEqual(faultsOf({ url, bearerToken }, 'production'), []);
  assert.deepEqual(faultsOf({ url, signingKey: { env: 'KEY' } }, 'production'), []);
  assert.deepEqual(faultsOf({ url: 'http://mesh.example', privateLink: true }, 'production'), []);
  assert.match(
    faultsOf({ url: 'http://bank.example', bearerToken }, 'production').join(),
    /asked over plain HTTP/,
  );
  assert.match(faultsOf({ url }, 'production').join(), /asked without any credentials/);
  assert.match(
    faultsOf({ url, bearerToken: token }, 'production').join(),
    /a secret stands in the configuration/,
  );
});

test("a certificate that can't be used is found by a check and refused by a start", async (t) => {
  const [ours, other] = [makeCertificate(), makeCertificate()];
  const clientCertificate = { certificate: { value: ours.certificate }, key: { value: other.key } };
  const directory = { kind: 'http', url: 'https://bank.example/gsp', clientCertificate };
  const overrides = { directory, dataDirectory: temporaryDirectory(t), 'log.level': 'silent' };
  const { faults } = await judgeSettings(inspectConfig({ env: {}, overrides }), Date.now());
  assert.deepEqual(
    faults.map(({ path }) => path),
    ['directory.clientCertificate'],
  );
  await assert.rejects(compose(loadConfig({ env: {}, overrides })), { name: 'ConfigError' });
});
