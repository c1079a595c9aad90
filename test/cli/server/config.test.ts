import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { productionConfig } from '../../support/production-config.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeCertificate } from '../../support/test-certificates.ts';

test('config check: a sound configuration is exit code 0, and nothing is made for it', async (t) => {
  const cwd = temporaryDirectory(t);
  const { code, stdout, stderr } = await runHere(['config', 'check'], { cwd });
  assert.deepEqual([code, stdout, stderr], [0, 'The configuration is valid.\n', '']);
  assert.equal(existsSync(join(cwd, 'gsp-otp-data')), false);
});

test('config check: every fault is a line, and the exit code is 2', async (t) => {
  const cwd = temporaryDirectory(t);
  const file = join(cwd, 'a.yaml');
  writeFileSync(file, 'http:\n  prot: 80\n');
  const env = { GSP_OTP_CONFIG: file, GSP_OTP_LOG_LEVEL: 'loud' };
  const { code, stderr } = await runHere(['config', 'check', '--set', 'requests.budgetMs=5000'], {
    cwd,
    env,
  });
  assert.equal(code, 2);
  assert.match(stderr, /^http\.prot: is not a setting; .* Did you mean port\? \(.*a\.yaml:2\)$/m);
  assert.match(stderr, /^requests\.budgetMs: is 5000; accepted: .*4900.* \(--set requests\.budgetMs\)$/m);
  assert.match(stderr, /^log\.level: is the text "loud"; .* \(GSP_OTP_LOG_LEVEL\)$/m);

  const asJson = await runHere(['config', 'check', '--json'], { cwd, env });
  assert.equal(asJson.code, 2);
  const { faults } = JSON.parse(asJson.stdout);
  assert.deepEqual(
    faults.map(({ path }: { path: string }) => path),
    ['http.prot', 'log.level'],
  );
});

test('config print: every value with its origin, secrets masked', async (t) => {
  const cwd = temporaryDirectory(t);
  const secret = 'correct horse battery staple, and more of it';
  const env = { GSP_OTP_DIGESTS_SECRET_VALUE: secret, GSP_OTP_HTTP_PORT: '8443' };
  const { code, stdout, stderr } = await runHere(['config', 'print', '--set', 'sms.brand=Acme'], {
    cwd,
    env,
  });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^http\.port +8443 +GSP_OTP_HTTP_PORT$/m);
  assert.match(stdout, /^sms\.brand +Acme +--set sms\.brand$/m);
  assert.match(stdout, /^digests\.secret +\{value: …\} +GSP_OTP_DIGESTS_SECRET_VALUE$/m);
  assert.match(stdout, /^codes\.secrets .*made at the first start.* default$/m);
  assert.ok(!stdout.includes(secret));

  const rows = JSON.parse((await runHere(['config', 'print', '--json'], { cwd, env })).stdout);
  const port = rows.find(({ path }: { path: string }) => path === 'http.port');
  assert.deepEqual(port, { path: 'http.port', value: 8443, origin: 'GSP_OTP_HTTP_PORT' });
});

test('config check refuses what serve would refuse of certificates, keys and texts, in the same words', async (t) => {
  const { file, settings } = await productionConfig(t, { profile: 'sandbox' });
  const [one, other] = [makeCertificate({ kind: 'ec' }), makeCertificate({ kind: 'ec', passphrase: 'a' })];
  const value = (text: string) => ({ value: text });
  const http = (certificate: string, key: string) => ({
    port: 0,
    tls: { certificates: [{ certificate: value(certificate), key: value(key) }] },
  });
  const link = (more: object) => ({
    kind: 'http',
    url: 'https://gateway.example/send',
    accepted: { statuses: [200] },
    ...more,
  });
  const pgp = settings.payload.pgp;
  for (const [changes, reason] of [
    [{ http: http(one.certificate, makeCertificate({ kind: 'ec' }).key) }, /do not belong together/],
    [{ http: http(other.certificate, other.key) }, /a key that needs a passphrase, and none is given/],
    [{ http: http('hello', one.key) }, /is no certificate/],
    [{ payload: { pgp: { ...pgp, ours: pgp.google } } }, /^payload\.pgp\.ours\.0: /m],
    [{ sms: { ...settings.sms, brand: 'x'.repeat(30), languages: ['en', 'xx'] } }, /^sms\.languages: /m],
    [{ sms: { ...settings.sms, gateway: link({ tlsCa: value('hello') }) } }, /tlsCa .* is no certificate/],
    [
      {
        sms: {
          ...settings.sms,
          gateway: link({
            clientCertificate: { certificate: value(one.certificate), key: value(other.key) },
          }),
        },
      },
      /clientCertificate .* needs a passphrase, and none is given/,
    ],
  ] as const) {
    writeFileSync(file, JSON.stringify({ ...settings, ...changes }));
    const checked = await runHere(['config', 'check', '--config', file]);
    assert.equal(checked.code, 2, checked.stdout);
    assert.match(checked.stderr, reason);
    const served = await runHere(['serve', '--config', file]);
    assert.equal(served.code, 2);
    const [told = '-'] = checked.stderr.trimEnd().split('\n').at(-1)?.split('; accepted') ?? [];
    assert.ok(served.stderr.includes(told), served.stderr);
  }
});
