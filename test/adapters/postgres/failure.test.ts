import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureKindOf } from '../../../src/adapters/postgres/failure.ts';

for (const [code, severity, kind, what] of [
  ['22P02', 'ERROR', 'refused', 'a value that its column does not take'],
  ['22P02', 'FEHLER', 'refused', 'the same of a server that speaks another language'],
  ['53100', 'ERROR', 'refused', 'a full disk'],
  ['53100', 'PANIC', 'unknown', 'a full disk that ended the server'],
  ['40001', 'ERREUR', 'stale', 'a lost race'],
  ['25006', 'ERROR', 'unreachable', 'a server that only reads'],
  ['57014', 'ERROR', 'unknown', 'a statement that somebody cancelled'],
  ['57P01', 'FATAL', 'unknown', 'a server that shuts down'],
  ['08P01', 'ERROR', 'unknown', 'a pooler that lost its server'],
  ['58000', 'ERROR', 'unknown', 'another pooler that did'],
  ['ECONNRESET', undefined, 'unknown', 'a connection that broke'],
  ['EPIPE', undefined, 'unknown', 'a code of the system that looks like one of a server'],
] as const) {
  test(`${what} (${code} ${severity ?? ''}) is ${kind}`, () => {
    assert.equal(failureKindOf(Object.assign(new Error(what), { code, severity })), kind);
  });
}
