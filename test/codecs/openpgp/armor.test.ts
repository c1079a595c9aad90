import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isArmored, readArmor, writeArmor } from '../../../src/codecs/openpgp/armor.ts';

const armored = writeArmor(
  Buffer.from('any message that is a little longer than a single line of armor'),
).toString();
const read = (text: string) => readArmor(Buffer.from(text, 'latin1'))?.toString();
const MESSAGE = read(armored);

test('[OQ-16] what is armored comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const text = writeArmor(Buffer.from(bytes));
      assert.equal(isArmored(text), true);
      assert.deepEqual(readArmor(text), Buffer.from(bytes));
    }),
  );
});

test('a packet is never taken for armor', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0x80, max: 0xff }), (first) => !isArmored(Buffer.from([first, 0x2d]))),
  );
});

test('headers, other line ends, a missing checksum and empty lines at the end are read', () => {
  assert.match(MESSAGE ?? '', /^any message/);
  const checksum = /\n=....\n/;
  assert.match(armored, checksum);
  const spellings = [
    armored.replaceAll('\n', '\r\n'),
    armored.replace('\n\n', '\nVersion: any 1.0\nComment: two\n\n'),
    armored.replace('\n\n', '\n \t\n'),
    armored.replace(checksum, '\n'),
    armored.trimEnd(),
    `${armored}\n\n`,
  ];
  for (const text of spellings) assert.equal(read(text), MESSAGE, text);
});

const wrap = (text: string) => `-----BEGIN PGP MESSAGE-----\n\n${text}\n-----END PGP MESSAGE-----\n`;

test('everything but one armored message is refused', () => {
  const refused = [
    armored.replace(/=....\n-/, '=AAAA\n-'),
    armored.replace('BEGIN PGP MESSAGE', 'BEGIN PGP SIGNATURE'),
    armored.replace('END PGP MESSAGE', 'END PGP MESSAGES'),
    armored.replace('\n\n', '\n'),
    armored.replace('\n\n', '\nno header\n\n'),
    armored.replace('\n\n', `${'\nComment: x'.repeat(9)}\n\n`),
    armored.replace('YW55', 'YW5!'),
    armored.replace('YW55', 'YW=='),
    wrap('QR=='),
    wrap('QQ'),
    wrap('QUI'),
    wrap(''),
    armored.replace('YW55', 'YW55\n\n'),
    `${armored}more`,
    armored + armored,
    ` ${armored}`,
    '-----BEGIN PGP MESSAGE-----',
    '-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----\nx',
  ];
  for (const text of refused) assert.equal(read(text), undefined, text);
});
