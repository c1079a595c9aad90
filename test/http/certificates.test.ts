import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CertificateError, readCertificates } from '../../src/http/certificates.ts';
import { Secret } from '../../src/ports/secret.ts';
import { makeCertificate, type TestCertificate } from '../support/test-certificates.ts';

const DAY_MS = 86_400_000;
const rsa = makeCertificate({ kind: 'rsa' });
const ec = makeCertificate({ kind: 'ec' });

function source({ certificate, key }: TestCertificate, name: string, passphrase?: string) {
  return {
    name,
    certificate,
    key: new Secret(key),
    passphrase: passphrase ? new Secret(passphrase) : undefined,
  };
}

function refusal(sources: Parameters<typeof readCertificates>[0], nowMs = Date.now()): string {
  try {
    readCertificates(sources, nowMs);
  } catch (error) {
    if (error instanceof CertificateError) {
      assert.doesNotMatch(
        `${error.message} ${error.accepted}`,
        /accepted/,
        'said by whoever puts both together',
      );
      return error.message;
    }
    throw error;
  }
  return 'accepted';
}

describe('server certificates', () => {
  it('one RSA and one ECDSA certificate are read, with their ends', () => {
    const read = readCertificates([source(rsa, 'a'), source(ec, 'b')], Date.now());
    assert.deepEqual(
      read.map(({ keyType }) => keyType),
      ['rsa', 'ec'],
    );
    for (const { expiresAtMs } of read) {
      assert.ok(Math.abs(expiresAtMs - Date.now() - 30 * DAY_MS) < 600_000);
    }
  });

  it('a key with a passphrase is opened by that passphrase alone', () => {
    const locked = makeCertificate({ kind: 'ec', passphrase: 'open sesame' });
    assert.equal(refusal([source(locked, 'a', 'open sesame')]), 'accepted');
    // Enough of them for one whose decryption ends in well-formed padding by chance.
    const wrong = Array.from({ length: 600 }, (_, index) => `open barley ${index}`);
    for (const passphrase of [undefined, ...wrong]) {
      assert.match(
        refusal([source(locked, 'a', passphrase)]),
        passphrase === undefined
          ? /needs a passphrase, and none is given/
          : /a key that this passphrase does/,
      );
    }
  });

  it('what can not be used is refused, by name and with a reason', () => {
    const small = makeCertificate({ kind: 'rsa', rsaBits: 1024 });
    for (const [sources, expected] of [
      [[source({ ...rsa, certificate: 'hello' }, 'a')], /^the certificate a is no certificate/],
      [
        [source({ ...rsa, certificate: rsa.certificate.slice(0, 400) }, 'a')],
        /^the certificate a is cut off$/,
      ],
      [
        [source({ ...rsa, certificate: rsa.certificate.replace('MII', 'III') }, 'a')],
        /^the certificate a is damaged$/,
      ],
      [[source({ ...rsa, key: 'hello' }, 'a')], /^the certificate a has no private key beside it/],
      [[source({ ...rsa, key: ec.key }, 'a')], /^the certificate a and its key do not belong together/],
      [[source(small, 'a')], /^the certificate a has an RSA key of 1024 bits/],
      [[source(rsa, 'a'), source(rsa, 'b')], /^a and b both have RSA keys/],
    ] as const) {
      assert.match(refusal(sources), expected);
    }
    assert.match(refusal([source(rsa, 'a')], Date.now() + 31 * DAY_MS), /^the certificate a expired on/);
    assert.match(refusal([source(rsa, 'a')], Date.now() - DAY_MS), /^the certificate a is not valid before/);
  });

  it('no refusal shows anything of a key', () => {
    const message = refusal([source({ ...rsa, key: rsa.key.replace('BEGIN', 'BEG') }, 'a')]);
    assert.ok(!message.includes(rsa.key.split('\n')[3] ?? '-'));
  });
});
