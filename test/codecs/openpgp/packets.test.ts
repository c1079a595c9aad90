import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  readOnlyNumber,
  readPackets,
  TAG,
  writeNumber,
  writePacket,
} from '../../../src/codecs/openpgp/packets.ts';

const read = (hex: string) => readPackets(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const readOne = (hex: string) => {
  const packets = read(hex);
  return packets?.length === 1 ? packets[0]?.body.toString('hex') : packets;
};

/** A packet in every form of length that the standard has for it. */
function spellings(tag: number, body: Buffer): Buffer[] {
  const length4 = Buffer.alloc(4);
  length4.writeUInt32BE(body.length);
  const all = [writePacket(tag, body), Buffer.concat([Buffer.from([0xc0 | tag, 0xff]), length4, body])];
  if (tag < 16) {
    all.push(Buffer.concat([Buffer.from([0x82 | (tag << 2)]), length4, body]));
    const length2 = length4.subarray(2);
    if (body.length < 65536) all.push(Buffer.concat([Buffer.from([0x81 | (tag << 2)]), length2, body]));
    if (body.length < 256) all.push(Buffer.concat([Buffer.from([0x80 | (tag << 2), body.length]), body]));
  }
  return all;
}

describe('packets', () => {
  test('every form of length yields the same packet', () => {
    const sizes = fc.oneof(fc.nat(400), fc.constantFrom(191, 192, 193, 255, 256, 8383, 8384, 65535, 65536));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 63 }), sizes, (tag, size) => {
        const body = Buffer.alloc(size, 'x');
        for (const spelling of spellings(tag, body)) assert.deepEqual(readPackets(spelling), [{ tag, body }]);
      }),
    );
  });

  test('a row of packets is split, and a row that ends within one is not', () => {
    const packet = fc.record({
      tag: fc.integer({ min: 1, max: 63 }),
      body: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 6 }), fc.nat(), (packets, cut) => {
        const bytes = Buffer.concat(packets.map(({ tag, body }) => writePacket(tag, body)));
        assert.deepEqual(
          readPackets(bytes),
          packets.map(({ tag, body }) => ({ tag, body: Buffer.from(body) })),
        );
        const shorter = readPackets(bytes.subarray(0, cut % bytes.length));
        assert.ok(shorter === undefined || shorter.length < packets.length);
      }),
    );
  });

  test('data in parts is put together, and its last part may be empty', () => {
    assert.equal(readOne('d2 e1 0102 e0 03 01 04'), '01020304');
    assert.equal(readOne('cb e1 0102 00'), '0102');
    assert.equal(readOne('c8 e0 01 ff 00000002 0203'), '010203');
    assert.equal(readOne(`d2 ${'e0 01'.repeat(1023)} 00`), '01'.repeat(1023));
    assert.equal(read(`d2 ${'e0 01'.repeat(1024)} 00`), undefined);
    assert.equal(read('d2 e1 0102'), undefined);
    assert.equal(read('d2 e1 01'), undefined);
    assert.equal(read('d2 fe 01'), undefined);
  });

  test('only what carries data comes in parts or without a length', () => {
    for (const tag of [TAG.sessionKey, TAG.signature, TAG.onePassSignature, 10, 19]) {
      assert.equal(read(`${(0xc0 | tag).toString(16)} e0 01 01 02`), undefined, String(tag));
    }
    for (const tag of [TAG.sessionKey, TAG.signature, TAG.onePassSignature, 9, 10]) {
      assert.equal(read(`${(0x83 | (tag << 2)).toString(16)} 01`), undefined, String(tag));
    }
    assert.equal(readOne('a3 010203'), '010203');
    assert.equal(readOne('af 010203'), '010203');
  });

  test('what is no packet is none', () => {
    for (const hex of [
      '00',
      '41 00',
      '04 00',
      '7f 01',
      'c1',
      '84',
      '85 00',
      '86 000000',
      'c1 c0',
      'c1 ff 000000',
      'c1 02 01',
      '84 02 01',
    ]) {
      assert.equal(read(hex), undefined, hex);
    }
    assert.deepEqual(read(''), []);
    assert.equal(read('c1 00'.repeat(48))?.length, 48);
    assert.equal(read('c1 00'.repeat(49)), undefined);
  });
});

describe('big numbers', () => {
  test('a number is read back, right-aligned', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (digits) => {
        const written = writeNumber(Buffer.from(digits));
        const expected = digits.some((digit) => digit !== 0) ? Buffer.from(digits) : undefined;
        assert.deepEqual(readOnlyNumber(written, 8), expected);
      }),
    );
  });

  test('a number has one spelling, fits, and is followed by nothing', () => {
    const readNumber = (hex: string) => readOnlyNumber(Buffer.from(hex, 'hex'), 4)?.toString('hex');
    assert.equal(readNumber('000101'), '00000001');
    assert.equal(readNumber('0020ffffffff'), 'ffffffff');
    for (const hex of [
      '',
      '00',
      '0000',
      '000100',
      '000201',
      '00080001',
      '000901',
      '00010101',
      '0020ffffff',
      '0021ffffffff01',
    ]) {
      assert.equal(readNumber(hex), undefined, hex);
    }
  });
});
