import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { failureKindOf } from '../../../../src/adapters/postgres/failure.ts';
import { parsers } from '../../../../src/adapters/postgres/parsers.ts';
import { storePart } from '../../../../src/adapters/storage/postgres/migrations.ts';
import {
  plainStatements,
  readStatements,
} from '../../../../src/adapters/storage/postgres/read-statements.ts';
import { retentionStatements } from '../../../../src/adapters/storage/postgres/retention.ts';
import { writeStatement } from '../../../../src/adapters/storage/postgres/write-statement.ts';

/**
 * Our SQL beside the published limits of engines that speak PostgreSQL's protocol. It is checked, not run: whoever wants to
 * run on one of them finds here what would have to change first.
 */

type Engine = 'CockroachDB' | 'YugabyteDB' | 'Citus';

interface Limit {
  readonly engines: readonly Engine[];
  readonly why: string;
}

/** All of those that calls and sweeps use. */
const STATEMENTS = {
  ...Object.fromEntries(Object.entries(readStatements('s')).map(([name, { text }]) => [name, text])),
  ...plainStatements('s'),
  ...retentionStatements('s'),
  write: writeStatement('s').text,
};

const root = join(import.meta.dirname, '../../../..');
const FILES = globSync('src/adapters/{postgres,storage/postgres,directory/postgres}/**/*.ts', {
  cwd: root,
}).sort();

/** Words that some engine refuses, or that mean something else there. */
const WORDS: readonly (Limit & { readonly word: RegExp })[] = [
  { word: /\bSKIP LOCKED\b/i, engines: ['CockroachDB', 'Citus'], why: 'skips free rows; for one shard only' },
  {
    word: /\bPARTITION (BY|OF)\b/i,
    engines: ['CockroachDB', 'YugabyteDB'],
    why: 'another model; fails under contention',
  },
  { word: /\bpg_(try_)?advisory_\w+/i, engines: ['CockroachDB', 'YugabyteDB'], why: 'none; a preview' },
  { word: /\bDEFERRABLE\b|\bINITIALLY DEFERRED\b/, engines: ['CockroachDB'], why: 'none' },
  { word: /\bINCLUDE\s*\(/i, engines: ['CockroachDB'], why: 'none' },
  {
    word: /\b(LISTEN|NOTIFY)\b|\bpg_notify\b/,
    engines: ['CockroachDB', 'YugabyteDB'],
    why: 'none; off by default',
  },
  { word: /\bLOCK TABLE\b/i, engines: ['CockroachDB'], why: 'none' },
  { word: /\bCREATE (EXTENSION|TRIGGER|RULE)\b/i, engines: ['CockroachDB', 'Citus'], why: 'not all of them' },
];

test('no word that another engine refuses stands in our SQL', () => {
  assert.ok(FILES.length > 20, `${FILES.length} files`);
  const found = FILES.flatMap((file) => {
    const text = withoutComments(readFileSync(join(root, file), 'utf8'));
    return WORDS.flatMap(({ word, engines, why }) => {
      const [match] = word.exec(text) ?? [];
      return match === undefined ? [] : [`${file}: ${match}: ${engines.join(', ')}: ${why}`];
    });
  });
  assert.deepEqual(found, []);
});

test('a word that another engine refuses is found', () => {
  const sql = withoutComments("`SELECT 1 FOR UPDATE SKIP LOCKED` // PARTITION BY\n/* LISTEN */ 'https://x'");
  assert.deepEqual(
    WORDS.filter(({ word }) => word.test(sql)).map(({ why }) => why),
    ['skips free rows; for one shard only'],
  );
});

test('[CockroachDB] a statement changes a table once, but for those that would have to be two', () => {
  const twice = Object.entries(STATEMENTS).filter(([, sql]) => {
    const changed = [...sql.matchAll(/(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!DO )UPDATE) s\.(\w+)/g)].map(
      ([, table]) => table,
    );
    return new Set(changed).size < changed.length;
  });
  assert.deepEqual(
    twice.map(([name]) => name),
    ['sweep'],
  );
});

test('[Citus] a statement is at one shard, but for those that would have to be taken apart', () => {
  const keys = {
    request: 'request_id',
    subject: 'digest',
    misstep: 'digest',
    ceiling: 'subject',
    block: 'subject',
  };
  const across = Object.entries(STATEMENTS).filter(([, sql]) => {
    const tables = [...sql.matchAll(/\bs\.(\w+)/g)].map(([, table]) => keys[table as keyof typeof keys]);
    return new Set(tables.filter((key) => key !== undefined)).size > 1;
  });
  assert.deepEqual(
    across.map(([name]) => name),
    ['attempts', 'issue', 'sweep', 'write'],
  );
});

test('[CockroachDB] tables of a migration are made in one transaction, which would have to be several', () => {
  for (const { sql } of storePart.migrations) {
    assert.ok([...sql.matchAll(/\bCREATE (TABLE|INDEX)\b/g)].length > 1);
  }
});

test('[CockroachDB] integers come as text, and a serialization failure is tried again', () => {
  const parse = parsers.getTypeParser(pg.types.builtins.INT8, 'text');
  assert.equal(parse('1795959855863'), 1_795_959_855_863);
  const failure = Object.assign(new Error('restart transaction'), { code: '40001', severity: 'ERROR' });
  assert.equal(failureKindOf(failure), 'stale');
});

/** What is in no comment, of TypeScript or SQL. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|--.*/g, '');
}
