import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeStart } from '../../src/operations/judge-start.ts';
import { type Config, inspectConfig, loadConfig } from '../../src/settings/load.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { faultsOf, temporaryDirectory } from './config-under-test.ts';

const env = {
  TOKEN: 'a-token-of-the-core-system-of-40-characters',
  OTHER: 'another-token-of-more-than-32-characters',
  SHORT: 'too-short',
};
const token = { env: 'TOKEN' };
const caller = { name: 'core', scopes: ['consume'], token };
const { certificate, key } = makeCertificate();
const certificates = [{ certificate: { value: 'c' }, key: { env: 'TOKEN' } }];

const faults = (internal: object, profile = 'sandbox') =>
  faultsOf({ env, overrides: { profile, internal } })
    .filter(({ path }) => path.startsWith('internal'))
    .map(({ path, reason }) => `${path} ${reason}`);

test('there is no internal API unless it is configured', (t) => {
  const dataDirectory = temporaryDirectory(t);
  assert.equal(loadConfig({ env: {}, overrides: { dataDirectory } }).internal, undefined);
  const { internal } = loadConfig({ env: {}, overrides: { dataDirectory, internal: { port: 0 } } });
  assert.deepEqual(internal, { host: '127.0.0.1', port: 0, behindProxy: false, callers: [] });
});

test('callers that are sound are accepted', () => {
  for (const one of [caller, { name: 'signer', scopes: ['read', 'erase'], hmacKey: token }]) {
    assert.deepEqual(faults({ callers: [one] }, 'production'), [], JSON.stringify(one));
  }
  const required = { certificates, clientCertificates: 'required', clientCa: { value: 'c' } };
  const shown = { name: 'core', scopes: ['consume'], certificate: 'C=US, O=Bank, CN=core' };
  assert.deepEqual(faults({ host: '0.0.0.0', tls: required, callers: [shown, caller] }, 'production'), []);
  assert.deepEqual(faults({ host: '0.0.0.0', behindProxy: true, callers: [caller] }, 'production'), []);
});

const wrong: readonly (readonly [string, object, RegExp])[] = [
  [
    'an unknown scope',
    { callers: [{ ...caller, scopes: ['consume', 'everything'] }] },
    /^internal\.callers\.0\.scopes\.1 /,
  ],
  ['no scope', { callers: [{ ...caller, scopes: [] }] }, /^internal\.callers\.0\.scopes has 0 entries/],
  [
    'a scope twice',
    { callers: [{ ...caller, scopes: ['read', 'read'] }] },
    /^internal\.callers\.0\.scopes has its entry 2 twice/,
  ],
  ['a name with capitals', { callers: [{ ...caller, name: 'Core' }] }, /^internal\.callers\.0\.name /],
  [
    'a token that is short',
    { callers: [{ ...caller, token: { env: 'SHORT' } }] },
    /^internal\.callers\.0\.token .*holds 9 characters/,
  ],
  [
    'a caller without proof',
    { callers: [{ name: 'core', scopes: ['read'] }] },
    /^internal\.callers has core with none or several/,
  ],
  [
    'a caller with two proofs',
    { callers: [{ ...caller, hmacKey: { env: 'OTHER' } }] },
    /^internal\.callers has core with none or several/,
  ],
  [
    'one token of two callers',
    { callers: [caller, { ...caller, name: 'desk' }] },
    /^internal\.callers has the same token in two entries/,
  ],
  [
    'a certificate, and nobody asks for it',
    { callers: [{ name: 'core', scopes: ['read'], certificate: 'CN=core' }] },
    /^internal\.callers names a client certificate, and the listener asks for none/,
  ],
  [
    'nobody to call, beyond loopback',
    { host: '0.0.0.0' },
    /^internal\.callers is empty, and internal\.host 0\.0\.0\.0 is beyond loopback/,
  ],
  ['a port that is taken', { port: 8080 }, /^internal\.port 8080 is taken by another listener/],
  [
    'TLS twice',
    { behindProxy: true, tls: { certificates } },
    /^internal\.behindProxy says that a proxy ends TLS/,
  ],
  [
    'an authority without effect',
    { tls: { certificates, clientCa: { value: 'c' } } },
    /^internal\.tls\.clientCa has no effect while internal\.tls\.clientCertificates is off/,
  ],
  [
    'certificates that nobody issues',
    { tls: { certificates, clientCertificates: 'required' } },
    /^internal\.tls\.clientCa is missing/,
  ],
];
for (const [what, internal, expected] of wrong) {
  test(`${what} is refused`, () => {
    const found = faults(internal);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', expected);
  });
}

test('production wants callers, and TLS beyond loopback', () => {
  assert.match(faults({}, 'production').join('\n'), /^internal\.callers is empty: any process/);
  const found = faults({ host: '0.0.0.0', callers: [caller] }, 'production');
  assert.match(found.join('\n'), /^internal\.tls is missing: codes and tokens would come over plain HTTP/);
});

test('what only a start can see is told with its place', async (t) => {
  const overrides = { dataDirectory: temporaryDirectory(t), internal: { port: 0, callers: [caller] } };
  const judge = async (internal: object) => {
    const { values } = inspectConfig({ env, overrides: { ...overrides, internal } });
    const { faults: found } = await judgeStart(values as Config, Date.now());
    return found.map(({ path, reason }) => `${path} ${reason}`);
  };
  assert.deepEqual(await judge(overrides.internal), []);
  assert.match(
    (await judge({ tls: { certificates } })).join(),
    /^internal\.tls\.certificates\.0 .*is no certificate/,
  );
  const required = {
    certificates: [{ certificate: { value: certificate }, key: { value: key } }],
    clientCertificates: 'required',
    clientCa: { value: certificate },
  };
  const shown = { name: 'core', scopes: ['read'], certificate: 'XX=core' };
  assert.match(
    (await judge({ tls: required, callers: [shown] })).join(),
    /^internal\.callers\.0\.certificate is no subject/,
  );
});

test('a sandbox that anybody may call says so', (t) => {
  const warningsOf = (internal: object) =>
    loadConfig({ env, overrides: { dataDirectory: temporaryDirectory(t), internal } }).warnings.join('\n');
  assert.match(warningsOf({}), /^internal\.callers: is empty: every program on this machine/m);
  assert.doesNotMatch(warningsOf({ callers: [caller] }), /internal/);
});
