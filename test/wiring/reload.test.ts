import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/settings/load.ts';
import { settingsThatWait, takeReloaded } from '../../src/wiring/reload.ts';

test('settings that take effect at the next start only are told apart from keys and certificates', (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-reload-'));
  t.after(() => rmSync(dataDirectory, { recursive: true }));
  const key = (value: string) => ({ key: { value } });
  const load = (overrides: Readonly<Record<string, unknown>>) =>
    loadConfig({ env: {}, overrides: { dataDirectory, ...overrides } });
  const before = load({ 'payload.pgp': { ours: [key('a')], google: [key('b')] } });
  const after = load({
    payload: {
      pgp: { ours: [key('c'), key('a')], google: [key('d')], armor: true },
      plain: true,
      graceMs: 5,
    },
    'http.port': 1,
    'codes.attemptsMax': 3,
    'codes.secrets': [{ id: 'next', secret: { value: 'x'.repeat(32) } }],
  });
  assert.deepEqual(settingsThatWait(takeReloaded(before, before), before), []);
  const taken = takeReloaded(before, after);
  assert.deepEqual(taken.payload.pgp?.ours, after.payload.pgp?.ours);
  assert.deepEqual([...settingsThatWait(taken, after)].sort(), [
    'codes.attemptsMax',
    'codes.secrets',
    'http.port',
    'payload.pgp.armor',
    'payload.plain',
  ]);
});

test('what means something only together is taken together or not at all', (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-reload-'));
  t.after(() => rmSync(dataDirectory, { recursive: true }));
  const load = (overrides: Readonly<Record<string, unknown>>) =>
    loadConfig({ env: {}, overrides: { dataDirectory, ...overrides } });
  const at = (value: string) => ({ value });
  const keys = (name: string) => ({ ours: [{ key: at(name) }], google: [{ key: at(`${name}'s peer`) }] });
  const certificates = (name: string) => [{ certificate: at(name), key: at(name) }];
  const demanding = (name: string) => ({
    ...{ certificates: certificates(name), clientCertificates: 'required', clientCa: at(name) },
    ...{ clientCrl: [at(name)], allowedClients: [`CN=${name}`] },
  });
  const bare = (name: string) => ({
    payload: { jwe: { seal: 'jwe', ...keys(name) } },
    'http.tls': demanding(name),
  });
  const signed = (name: string) => ({
    payload: { jwe: { seal: 'jwe+jws', ...keys(name) } },
    'http.tls': { certificates: certificates(name) },
  });
  const revealed = ({ http: { tls }, payload: { jwe } }: ReturnType<typeof load>) => ({
    certificate: tls?.certificates[0]?.certificate.reveal(),
    ca: tls?.clientCa?.reveal(),
    crl: tls?.clientCrl?.[0]?.reveal(),
    allowed: tls?.allowedClients?.[0],
    seal: jwe?.seal,
    key: jwe?.ours[0]?.key.reveal(),
  });

  // A bare JWE lives by the client certificates, and its keys have another purpose.
  const running = load(bare('a'));
  const across = takeReloaded(running, load(signed('b')));
  assert.deepEqual(revealed(across), { ...revealed(running), certificate: 'b' });
  assert.deepEqual(settingsThatWait(across, load(signed('b'))).toSorted(), [
    'http.tls.allowedClients',
    'http.tls.clientCa',
    'http.tls.clientCertificates',
    'http.tls.clientCrl',
    'payload.jwe.seal',
  ]);
  const back = takeReloaded(load(signed('b')), load(bare('a')));
  assert.deepEqual(revealed(back), { ...revealed(load(signed('b'))), certificate: 'a' });
  // Nothing is lost on the way: the next reload is of what is in force.
  const within = takeReloaded(across, load(bare('c')));
  assert.deepEqual(revealed(within), revealed(load(bare('c'))));
  assert.deepEqual(settingsThatWait(within, load(bare('c'))), []);
});

test('a configuration of the other profile is not taken', (t) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-reload-'));
  t.after(() => rmSync(dataDirectory, { recursive: true }));
  const sandbox = loadConfig({ env: {}, overrides: { dataDirectory } });
  const production = { ...sandbox, profile: 'production' as const };
  assert.throws(
    () => takeReloaded(production, sandbox),
    /profile: is sandbox, and the server runs as production/,
  );
});
