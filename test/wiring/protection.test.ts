import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { forgetPassphrases } from '../../src/cli/server/forget-passphrases.ts';
import { generatePgpKey } from '../../src/codecs/openpgp/generate.ts';
import { ThreadedCodec } from '../../src/codecs/threads/threaded-codec.ts';
import { Secret } from '../../src/ports/secret.ts';
import { loadConfig } from '../../src/settings/load.ts';
import { composeProtection } from '../../src/wiring/protection.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { makeKey } from '../support/test-keys.ts';

test('passphrases are forgotten once keys are unlocked, and a reload asks only for those of what it puts in force', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'gsp-otp-protection-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return { file: join(directory, name) };
  };
  const passphrase = file('passphrase', 'open sesame');
  const nowMs = Date.now() - 60_000;
  const order = {
    environment: 'sandbox',
    name: 'Bank',
    passphrase: new Secret('open sesame'),
    nowMs,
  } as const;
  const ours = file('ours.asc', (await generatePgpKey(order)).privateKey.reveal());
  const google = file('google.asc', (await makeKey('pgp')).public);
  const made = makeCertificate({ kind: 'ec', passphrase: 'open sesame' });
  const certificates = [
    { certificate: file('tls.pem', made.certificate), key: file('tls.key', made.key), passphrase },
  ];
  const locked = {
    'http.tls': { certificates },
    'payload.pgp': { ours: [{ key: ours, passphrase }], google: [{ key: google }] },
  };
  const load = (overrides: Readonly<Record<string, unknown>>) =>
    loadConfig({
      env: {},
      overrides: { dataDirectory: directory, 'cryptography.threads': 1, ...overrides },
    });
  const config = load(locked);
  const log = pino({ enabled: false });
  const revokedKeys = { fingerprints: new Set<string>(), keep: async () => {} };
  const protection = await composeProtection(config, { clock: createSystemClock(), log, revokedKeys });
  t.after(() => protection.close());
  forgetPassphrases(config);
  assert.throws(() => config.http.tls?.certificates[0]?.passphrase?.reveal(), /was forgotten/);
  assert.throws(() => config.payload.pgp?.ours[0]?.passphrase?.reveal(), /was forgotten/);

  // What the next configuration lacks stays as it is, and isn't unlocked again.
  let put = 0;
  const renew = () => {
    put += 1;
  };
  const [codec] = [...protection.codecs.values()].filter((one) => one instanceof ThreadedCodec);
  const graceMs = () => codec?.ring.graceMs;
  assert.equal(graceMs(), 86_400_000);
  await protection.reload(() => load({ 'payload.plain': true, 'payload.graceMs': 5 }), renew);
  // Keys and the grace that they are kept with are of one configuration.
  assert.equal(graceMs(), 86_400_000);
  const next = load({ ...locked, 'payload.graceMs': 5 });
  await protection.reload(() => next, renew);
  assert.equal(put, 2);
  assert.equal(graceMs(), 5);
  assert.equal(protection.doors.tls?.certificates.length, 1);
});
