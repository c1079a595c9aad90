import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startApplication } from './test-application.ts';
import { makeKey, sealingSettings, type TestKey } from './test-keys.ts';

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

async function call(t: TestContext, directory: string, methodsUrl: string, google: TestKey, server: TestKey) {
  const write = (name: string, content: string) => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
    return join(directory, name);
  };
  const env = {
    PATH: process.env['PATH'] ?? '',
    TMPDIR: directory,
    GOOGLE_KEY: write('google.asc', google.private),
    INTEGRATOR_KEY: write('ours.public.asc', server.public),
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
