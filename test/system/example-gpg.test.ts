import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generatePgpKey } from '../../src/codecs/openpgp/generate.ts';
import { startApplication } from '../support/test-application.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { makeKey, sealingSettings, type TestKey } from '../support/test-keys.ts';

const script = fileURLToPath(new URL('../../examples/sealed-call-with-gpg.sh', import.meta.url));
const echo = fileURLToPath(new URL('../../examples/echo.json', import.meta.url));

test('[PGP-12] the example makes a sealed call with gpg and curl, and believes the server alone', async (t) => {
  // Short, for the sockets of gpg's agent lie in it.
  const directory = mkdtempSync(join(tmpdir(), 'gpg-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [ours, google, stranger] = await Promise.all([makeKey('pgp'), makeKey('pgp'), makeKey('pgp')]);
  const settings = { 'payload.pgp': sealingSettings([ours], [google]) };
  const app = await startApplication({ settings });
  const armored = await startApplication({ settings: { ...settings, 'payload.pgp.armor': true } });
  t.after(() => Promise.all([app.stop(), armored.stop()]));

  const answered = await call(t, directory, app.methodsUrl, google, ours);
  assert.equal(answered.code, 0, answered.stderr);
  assert.equal(JSON.parse(answered.stdout).clientMessage, 'Hello from gpg and curl');
  assert.equal((await call(t, directory, armored.methodsUrl, google, ours)).code, 0);

  const imposter = await call(t, directory, app.methodsUrl, stranger, ours);
  assert.equal(imposter.code, 1);
  assert.match(imposter.stderr, /^HTTP 401$/m);
  assert.equal(imposter.stdout, '');
  const misdirected = await call(t, directory, app.methodsUrl, google, stranger);
  assert.equal(misdirected.code, 1);
  assert.match(misdirected.stderr, /^HTTP 400$/m);
  assert.equal(misdirected.stdout, '', 'what somebody else than the server named has signed is not shown');
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith('tmp.')),
    [],
    'no key ring is left behind',
  );
});

test('[PGP-3, ENC-2] in the middle of a rotation, and behind a private authority, the example works', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'gpg-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [before, after, google, stranger] = await Promise.all([
    makeKey('pgp'),
    makeKey('pgp'),
    makeKey('pgp'),
    makeKey('pgp'),
  ]);
  const authority = makeCertificate({ name: 'authority' });
  const { certificate, key } = makeCertificate({ issuer: authority });
  const app = await startApplication({
    settings: {
      'payload.pgp': sealingSettings([before, after], [google]),
      'http.tls': { certificates: [{ certificate: { value: certificate }, key: { value: key } }] },
    },
  });
  t.after(() => app.stop());
  const trusted = { CA_FILE: join(directory, 'authority.pem') };
  writeFileSync(trusted.CA_FILE, authority.certificate);
  const url = app.methodsUrl.replace(/\/\/[^:]*/, '//localhost');
  // The answer bears both signatures, of which whoever knows one of the keys can't check the other.
  for (const server of [before, after, { ...after, public: `${before.public}\n${after.public}` }]) {
    const answered = await call(t, directory, url, google, server, trusted);
    assert.equal(answered.code, 0, answered.stderr);
    assert.equal(JSON.parse(answered.stdout).clientMessage, 'Hello from gpg and curl');
  }
  const misled = await call(t, directory, url, google, stranger, trusted);
  assert.deepEqual([misled.code, misled.stdout], [1, '']);
  assert.notEqual((await call(t, directory, url, google, before)).code, 0, 'nobody else is trusted');
});

test('[PGP-9] GnuPG has nothing to warn of in a key that is made here', async (t) => {
  const { privateKey } = await generatePgpKey({ name: 'Bank', environment: 'sandbox', nowMs: Date.now() });
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  t.after(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true, force: true });
  });
  const imported = spawnSync('gpg', ['--homedir', home, '--batch', '--import'], {
    input: privateKey.reveal(),
  });
  assert.equal(imported.status, 0);
  assert.doesNotMatch(imported.stderr.toString(), /WARNING|preference/);
});

async function call(
  t: TestContext,
  directory: string,
  methodsUrl: string,
  google: TestKey,
  server: TestKey,
  more: Readonly<Record<string, string>> = {},
) {
  const write = (name: string, content: string) => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
    return join(directory, name);
  };
  const env = {
    PATH: process.env['PATH'] ?? '',
    TMPDIR: directory,
    GOOGLE_KEY: write('google.asc', google.private),
    INTEGRATOR_KEY: write('ours.public.asc', server.public),
    ...more,
  };
  const child = spawn(script, [`${methodsUrl}/v1`, 'echo', echo], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
