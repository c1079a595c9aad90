import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { runCli } from '../../support/cli-process.ts';
import { serveSample } from '../../support/served.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeCertificate } from '../../support/test-certificates.ts';
import { makeKey, type TestKey } from '../../support/test-keys.ts';

for (const kind of ['pgp', 'jwe'] as const) {
  test(`call --seal ${kind} over TLS, and what it says when a key is not the right one`, async (t) => {
    const directory = temporaryDirectory(t);
    const write = (name: string, text: string) => {
      const file = join(directory, name);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    };
    const writeKey = (name: string, key: TestKey) => ({
      private: write(`${name}.private`, key.private),
      public: write(`${name}.public`, key.public),
    });
    const keys = await Promise.all([makeKey(kind), makeKey(kind), makeKey(kind)]);
    const [ours, google, stranger] = keys.map((key, index) => writeKey(`${index}`, key));
    assert.ok(ours && google && stranger);
    const { certificate, key } = makeCertificate({ kind: 'ec' });
    const ca = write('certificate.pem', certificate);
    const served = await serveSample(
      t,
      `http.tls={certificates: [{certificate: {file: ${ca}}, key: {file: ${write('key.pem', key)}}}]}`,
      `payload.${kind}={ours: [{key: {file: ${ours.private}}}], google: [{key: {file: ${google.public}}}]}`,
    );
    assert.match(served.url, /^https:/);

    const call = (...more: readonly string[]) => runHere(['call', 'echo', '--url', served.url, ...more]);
    const seal = (googleKey: string, integratorKey: string) =>
      call(
        '--ca',
        ca,
        '--seal',
        kind,
        '--google-key',
        googleKey,
        '--integrator-key',
        integratorKey,
        '--json',
      );
    const answered = await seal(google.private, ours.public);
    assert.equal(answered.code, 0, answered.stderr);
    assert.equal(JSON.parse(answered.stdout).response.body.clientMessage, 'hello');

    const imposter = await seal(stranger.private, ours.public);
    assert.equal(imposter.code, 1);
    assert.match(imposter.stderr, /the answer can't be opened/);
    const misdirected = await seal(google.private, stranger.public);
    assert.equal(misdirected.code, 1);
    assert.match(misdirected.stderr, /the answer can't be opened/);
    // A process that was told an authority keeps trusting it.
    const untrusting = await runCli(['call', 'echo', '--url', served.url]);
    assert.equal(untrusting.code, 1);
    assert.match(untrusting.stderr, /does not answer: .*certificate/);
  });
}

test('call says which half of a seal is missing', async () => {
  for (const [args, message] of [
    [['--seal', 'pgp'], /--seal pgp needs a key of each side/],
    [['--google-key', 'x'], /no way to seal/],
    [
      ['--seal', 'pgp', '--google-key', '/no/such', '--integrator-key', '/no/such'],
      /: --google-key: \/no\/such does not exist\n/,
    ],
  ] as const) {
    const { code, stderr } = await runHere(['call', 'echo', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});
