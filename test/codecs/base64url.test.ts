import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64Url, encodeBase64Url } from '../../src/codecs/base64url.ts';

const decode = (text: string) => decodeBase64Url(Buffer.from(text, 'latin1'));

test('[PGP-6, OQ-15] what is encoded is padded, has no line breaks, and is decoded with and without its padding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const text = Buffer.from(encodeBase64Url(bytes)).toString('latin1');
      assert.match(text, /^[A-Za-z0-9_-]+={0,2}$/);
      assert.equal(text.length % 4, 0);
      const bare = text.replace(/=+$/, '');
      for (const spelling of [text, bare, `${text}\n`, `${bare}\r\n`]) {
        assert.deepEqual(decode(spelling), Buffer.from(bytes));
      }
    }),
  );
});

test('[OQ-15] other characters, other padding and other line breaks are refused', () => {
  const refused = [
    '',
    '\n',
    '=',
    'QQ=',
    'QQ===',
    'QUI==',
    'QUJD=',
    'Q',
    'QUJDR',
    'QU+D',
    'QU/D',
    'QU D',
    ' QUJD',
  ];
  refused.push(
    'QUJD ',
    'QUJD\n\n',
    'QU\nJD',
    'QU=D',
    'QUJD\r',
    'QU\u00c4D',
    'QU\u0000D',
    '=QUJD',
    'QUJD\nQUJD',
  );
  for (const text of refused) assert.equal(decode(text), undefined, JSON.stringify(text));
});

test('left-over bits must be 0, so that a message has one spelling', () => {
  assert.deepEqual(decode('QQ'), Buffer.from('A'));
  for (const text of ['QR', 'QR==', 'Qf', 'QUJ', 'QUJ=']) assert.equal(decode(text), undefined, text);
});
