import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as openpgp from 'openpgp';
import { openCodec } from '../../conformance/google/codecs/open-codec.ts';
import { readConformanceConfig } from '../../conformance/run/read-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-conformance-config-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const read = (config: object) => readConformanceConfig(write('conformance.yaml', JSON.stringify(config)));

process.env['GSP_OTP_TEST_SECRET'] = 'from the environment';
write('secret.txt', 'from a file\n');
write('key.pem', 'a key\n');

const spellings = [
  ['clear', 'clear'],
  [{ file: 'secret.txt' }, 'from a file'],
  [{ env: 'GSP_OTP_TEST_SECRET' }, 'from the environment'],
] as const;

test('a passphrase and the headers of requests may be kept in a file or in a variable', () => {
  for (const [written, loaded] of spellings) {
    const step = { url: 'http://localhost/', headers: { authorization: written } };
    const config = read({
      google: { privateKeys: ['key.pem'], passphrase: written },
      sms: { kind: 'inbox', url: 'http://localhost/', headers: { authorization: written } },
      gatewayOutage: { begin: step, end: step },
    });
    assert.equal(config.google?.passphrase, loaded);
    assert.deepEqual(config.sms, {
      kind: 'inbox',
      url: 'http://localhost/',
      headers: { authorization: loaded },
    });
    assert.equal(config.gatewayOutage?.begin.headers?.['authorization'], loaded);
    assert.equal(config.gatewayOutage?.end.headers?.['authorization'], loaded);
  }
});

test('keys are named as files, or kept in variables', () => {
  const config = read({
    google: { privateKeys: ['key.pem', { file: 'key.pem' }, { env: 'GSP_OTP_TEST_SECRET' }] },
    tls: { clientPrivateKey: { env: 'GSP_OTP_TEST_SECRET' }, ca: 'key.pem' },
  });
  assert.deepEqual(
    config.google?.privateKeys.map((key) => key.trim()),
    ['a key', 'a key', 'from the environment'],
  );
  assert.equal(config.tls?.clientPrivateKey, 'from the environment');
});

test('a secret that is not there is told with its setting, and one written otherwise, too', () => {
  const passphrase = (written: unknown) => () =>
    read({ google: { privateKeys: ['key.pem'], passphrase: written } });
  assert.throws(
    passphrase({ env: 'GSP_OTP_TEST_NONE' }),
    /google\.passphrase: .* GSP_OTP_TEST_NONE is not set/,
  );
  assert.throws(passphrase({ file: 'none.txt' }), /google\.passphrase: .*none\.txt does not exist$/);
  for (const written of [{}, { value: 'x' }, { file: '' }, { file: 'secret.txt', env: 'X' }])
    assert.throws(passphrase(written), /google\.passphrase must be a text, \{file: …\} or \{env: …\}/);
});

test('what is wrong in the configuration itself is told before what is missing beside it', () => {
  assert.throws(() => read({ google: { privateKeys: ['none.asc'] }, codek: 'pgp' }), /has no setting codek/);
});

test('a passphrase from a file opens Google’s key', async () => {
  const locked = await openpgp.generateKey({
    type: 'rsa',
    rsaBits: 2048,
    userIDs: [{ name: 'google' }],
    subkeys: [{}],
    passphrase: 'from a file',
  });
  write('locked.asc', locked.privateKey);
  write('public.asc', locked.publicKey);
  const config = read({
    codec: 'pgp',
    google: { privateKeys: ['locked.asc'], passphrase: { file: 'secret.txt' } },
    integrator: { publicKeys: ['public.asc'] },
  });
  assert.equal((await openCodec(config)).name, 'pgp');
});
