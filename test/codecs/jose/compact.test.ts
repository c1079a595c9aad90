import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { splitCompact } from '../../../src/codecs/jose/compact.ts';

describe('parts of a compact serialization', () => {
  test('[JWE-1] as many parts as are wanted, none empty', () => {
    assert.deepEqual(splitCompact('aaaa.bbbb.cccc', 3), ['aaaa', 'bbbb', 'cccc']);
    for (const text of [
      '',
      'aaaa',
      'aaaa.bbbb',
      'aaaa.bbbb.',
      '.bbbb.cccc',
      'aaaa..cccc',
      'a.b.c.d.e',
      '..',
    ]) {
      assert.equal(splitCompact(text, 3), undefined, text);
    }
    assert.equal(splitCompact('.'.repeat(1_000_000), 5), undefined);
  });

  test('[JWE-1] one part may be empty if that is said, no other', () => {
    assert.deepEqual(splitCompact('aaaa..cccc', 3, 1), ['aaaa', '', 'cccc']);
    for (const text of ['.bbbb.cccc', 'aaaa.bbbb.', '..', 'aaaa..']) {
      assert.equal(splitCompact(text, 3, 1), undefined, text);
    }
  });

  test('[OQ-52] bytes have one text only: no padding, no line break, no space, no other alphabet', () => {
    for (const part of [
      'YQ==',
      'YWI=',
      'aaaa\n',
      'aa aa',
      ' aaaa',
      'aa+a',
      'aa/a',
      'aaaä',
      'aaa~',
      'aaaa\0',
    ]) {
      assert.equal(splitCompact(`aaaa.${part}.cccc`, 3), undefined, part);
    }
  });

  test('[OQ-52] left-over bits are 0, and a length that no bytes have is refused', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/), (part) => {
        const bytes = Buffer.from(part, 'base64url');
        const canonical = bytes.toString('base64url') === part;
        assert.equal(splitCompact(part, 1) !== undefined, canonical);
      }),
    );
  });
});
