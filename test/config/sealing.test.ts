import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFault } from '../../src/config/faults.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { faultsOf, temporaryDirectory, temporaryFile } from './config-under-test.ts';

const value = 'what a key or a certificate looks like is not for the configuration to know';
const key = { value };
const pgp = { ours: [{ key }], google: [{ key }] };
const jwe = { ours: [{ key }], google: [{ key }] };
const tls = { certificates: [{ certificate: { value }, key }] };

/** Faults of the settings named, in a sandbox where no secrets need be set. */
function faults(overrides: Readonly<Record<string, unknown>>): readonly string[] {
  return faultsOf({ overrides }).map(describeFault);
}

/** Faults of production, without those that are about other settings. */
function productionFaults(overrides: Readonly<Record<string, unknown>>): readonly string[] {
  const lines = faultsOf({ overrides: { profile: 'production', ...overrides } }).map(describeFault);
  return lines.filter((line) => /^(payload|http)/.test(line));
}

test('[ENC-2] keys come with passphrases, and with times to begin and to end', (t) => {
  const file = temporaryFile(t, 'key.asc', 'a private key\n');
  const { payload } = loadConfig({
    env: { OTP_PASSPHRASE: 'open sesame' },
    overrides: {
      dataDirectory: temporaryDirectory(t),
      'payload.pgp': {
        ours: [
          { key: { file }, passphrase: { env: 'OTP_PASSPHRASE' }, notBefore: '2026-12-01T00:00Z' },
          { key, retiresAt: '2027-01-31T08:00:00Z' },
        ],
        google: [{ key }],
      },
    },
  });
  assert.equal(payload.plain, undefined);
  assert.equal(payload.pgp?.armor, false);
  const [first, second] = payload.pgp?.ours ?? [];
  assert.equal(first?.key.reveal(), 'a private key');
  assert.equal(first?.passphrase?.reveal(), 'open sesame');
  assert.equal(first?.notBefore, '2026-12-01T00:00Z');
  assert.equal(second?.retiresAt, '2027-01-31T08:00:00Z');
});

test('moments that are none are refused', () => {
  for (const retiresAt of ['tomorrow', '2027-01-31', '2027-13-01T00:00:00Z', '2027-01-31T08:00:00+01:00']) {
    const [line, ...more] = faults({ 'payload.pgp': { ...pgp, ours: [{ key, retiresAt }] } });
    assert.match(line ?? '', /^payload\.pgp\.ours\.0\.retiresAt: .*a time in UTC such as/);
    assert.deepEqual(more, []);
  }
});

test('[ENC-1] what is set replaces the clear bodies of the sandbox, unless they are asked for too', (t) => {
  const dataDirectory = temporaryDirectory(t);
  const load = (payload: object) => loadConfig({ env: {}, overrides: { dataDirectory, payload } }).payload;
  assert.equal(load({ pgp }).plain, undefined);
  assert.equal(load({ pgp, plain: true }).plain, true);
  assert.match(faults({ 'payload.plain': false })[0] ?? '', /^payload: names no kind of body to open/);
  assert.match(faults({ 'payload.graceMs': 0 })[0] ?? '', /^payload: names no kind of body to open/);
});

test('[ENC-1] production refuses clear bodies, even beside sealed ones', () => {
  const lines = productionFaults({ payload: { plain: true, pgp: { ...pgp, ours: [] } } });
  assert.ok(
    lines.some((line) => line.startsWith('payload.plain: lets bodies through')),
    lines.join('\n'),
  );
});

test('a private key that others can read is refused in production, a public one is not', (t) => {
  const file = temporaryFile(t, 'key.asc', 'a key', 0o644);
  const lines = productionFaults({
    'payload.pgp': { ours: [{ key: { file } }], google: [{ key: { file } }] },
    'http.tls': { certificates: [{ certificate: { file }, key: { file } }] },
  });
  assert.equal(lines.length, 2, lines.join('\n'));
  assert.match(lines[0] ?? '', /^http\.tls\.certificates\.0\.key: .*mode 644/);
  assert.match(lines[1] ?? '', /^payload\.pgp\.ours\.0\.key: .*mode 644/);
});

test('[TLS-5] production serves plain HTTP only behind a proxy, and only if told so', () => {
  assert.match(productionFaults({})[0] ?? '', /^payload/);
  assert.match(productionFaults({})[1] ?? '', /^http\.tls: is missing: .*plain HTTP/);
  assert.ok(!productionFaults({ 'http.behindProxy': true }).some((line) => line.startsWith('http')));
  const both = faults({ 'http.behindProxy': true, 'http.tls': tls });
  assert.match(both[0] ?? '', /^http\.behindProxy: .*accepted: one of the two/);
});

test('[TLS-6, OQ-13] client certificates need an issuer, and none is asked of callers who sign their bodies', () => {
  const clientCa = { value };
  const required = { ...tls, clientCertificates: 'required' };
  for (const [settings, expected] of [
    [{ 'http.tls': { ...tls, clientCa } }, /^http\.tls\.clientCa: has no effect/],
    [{ 'http.tls': required }, /^http\.tls\.clientCa: is missing/],
    [
      { 'http.tls': { ...required, clientCa }, 'payload.pgp': pgp },
      /^http\.tls\.clientCertificates: keeps Google out/,
    ],
  ] as const) {
    const lines = faults(settings);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', expected);
  }
  assert.deepEqual(faults({ 'http.tls': { ...required, clientCa } }), []);
  assert.deepEqual(faults({ 'http.tls': tls, 'payload.pgp': pgp }), []);
});

test('[TLS-6, OQ-13] a bare JWE needs client certificates, a signed one does not', () => {
  const bare = { ...jwe, seal: 'jwe' };
  const required = { ...tls, clientCertificates: 'required', clientCa: { value } };
  for (const settings of [
    { 'payload.jwe': bare },
    { 'payload.jwe': bare, 'http.tls': tls },
    { 'payload.jwe': bare, 'http.behindProxy': true },
  ]) {
    assert.match(faults(settings)[0] ?? '', /^payload\.jwe\.seal: jwe lets anyone call/);
  }
  assert.deepEqual(faults({ 'payload.jwe': bare, 'http.tls': required }), []);
  assert.deepEqual(faults({ 'payload.jwe': jwe }), []);
  assert.deepEqual(faults({ 'payload.jwe': jwe, 'http.tls': required }), []);
});

test('[JWE-2, JWE-3] only algorithms that are known may be named, and the older edition is off', (t) => {
  const load = (more: object) =>
    loadConfig({
      env: {},
      overrides: { dataDirectory: temporaryDirectory(t), 'payload.jwe': { ...jwe, ...more } },
    }).payload.jwe;
  const { ours: _, google: __, ...rest } = load({}) ?? assert.fail();
  assert.deepEqual(rest, {
    seal: 'jwe+jws',
    keyManagement: ['RSA-OAEP-256'],
    contentEncryption: ['A256GCM'],
    signing: ['RS256', 'PS256', 'ES256'],
    olderEdition: false,
    base64url: false,
    issuedAt: false,
  });
  for (const more of [
    { keyManagement: ['RSA1_5'] },
    { signing: ['none'] },
    { signing: ['HS256'] },
    { signing: [] },
  ]) {
    assert.equal(faults({ 'payload.jwe': { ...jwe, ...more } }).length, 1);
  }
});
