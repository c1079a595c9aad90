import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameSubject, readClientName, readSubject } from '../../src/http/client-name.ts';

function isNamedBy(written: string, subject: string): boolean {
  const name = readClientName(written);
  return name?.kind === 'subject' && isSameSubject(name.names, readSubject(subject));
}

test('[OQ-65] a subject is recognized however OpenSSL prints it', () => {
  // As Node gives it, and the same certificate by openssl x509 -subject with several -nameopt.
  const subject = 'C=US\nO=Bänk\\, \\"Inc.\\"\\ \nOU=a + UID=z\nCN=\\ lead\\;\\<x\\>\\\\\\ ';
  for (const printed of [
    'subject=C = US, O = "B\\C3\\A4nk, \\"Inc.\\" ", OU = a + UID = z, CN = " lead;<x>\\\\ "',
    'subject=CN=\\ lead\\;\\<x\\>\\\\\\ ,UID=z+OU=a,O=B\\C3\\A4nk\\, \\"Inc.\\"\\ ,C=US',
    'CN=\\ lead\\;\\<x\\>\\\\\\ ,UID=z+OU=a,O=Bänk\\, \\"Inc.\\"\\ ,C=US',
    'c=US,o=Bänk\\, \\"Inc.\\"\\ , ou=a+uid=z,cn=\\ lead\\;\\<x\\>\\\\\\ ',
  ]) {
    assert.ok(isNamedBy(printed, subject), printed);
  }
});

test('[OQ-65] another subject is another one', () => {
  const subject = 'C=US\nO=Example\nOU=One\nCN=caller';
  assert.ok(isNamedBy('C=US, O=Example, OU=One, CN=caller', subject));
  assert.ok(isNamedBy('CN=caller,OU=One,O=Example,C=US', subject));
  for (const other of [
    'CN=caller',
    'C=US, O=Example, CN=caller, OU=One',
    'CN=caller,O=Example,OU=One,C=US',
    'C=US, O=Example, OU=One, CN=Caller',
    'C=US, O=Example, OU=One, CN=caller2',
    'C=US, O=Example, OU=One, OU=caller',
    'C=US, O=Example, OU=One, CN=caller, CN=caller',
    'C=US, O=Example, OU=One+CN=caller',
    'C=US\\, O=Example, OU=One, CN=caller',
    'C=US, O="Example, OU=One", CN=caller',
  ]) {
    assert.equal(isNamedBy(other, subject), false, other);
  }
});

for (const [what, written] of [
  ['of a type that no certificate has', 'C=US, foo=bar'],
  ['of a type with a colon', 'foo:bar=x'],
  ['with slashes', 'subject=/C=US/O=Example/CN=caller'],
  ['with commas that are not escaped', 'C=US, O=Example, Inc., CN=caller'],
  ['with a value in hexadecimal', '1.2.3.4=#0C03616263,C=US'],
  ['with quotes that do not end', 'C=US, O="Example, CN=caller'],
] as const) {
  test(`a subject ${what} is refused, for it would let nobody in`, () => {
    assert.equal(readClientName(written), undefined);
  });
}
