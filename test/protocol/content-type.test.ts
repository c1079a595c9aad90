import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaTypeOf } from '../../src/protocol/content-type.ts';

const SAME = [
  'application/octet-stream; charset=utf-8',
  'application/octet-stream;charset=utf-8',
  'application/octet-stream',
  'application/octet-stream ; Charset="UTF-8"',
  'Application/Octet-Stream; CHARSET=utf-8',
  '\tapplication/octet-stream;',
  'application/octet-stream; a=b; charset=us-ascii',
];

for (const contentType of SAME) {
  test(`[HTTP-3, HTTP-7] ${JSON.stringify(contentType)} is application/octet-stream`, () => {
    assert.equal(mediaTypeOf(contentType), 'application/octet-stream');
  });
}

test('[HTTP-5, HTTP-7] application/jose is told from others', () => {
  assert.equal(mediaTypeOf('application/jose; charset=utf-8'), 'application/jose');
  assert.equal(mediaTypeOf('application/jose+json'), 'application/jose+json');
});

for (const contentType of [
  undefined,
  '',
  ';charset=utf-8',
  'application',
  'application/',
  '/jose',
  'application /jose',
  'application/jose, text/plain',
  'application/jose/x',
  'application/jose charset=utf-8',
]) {
  test(`[HTTP-7] ${JSON.stringify(contentType)} names no media type`, () => {
    assert.equal(mediaTypeOf(contentType), undefined);
  });
}
