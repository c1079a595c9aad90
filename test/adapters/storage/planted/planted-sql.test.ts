import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { OTP_STATEMENTS } from '../../../../src/adapters/storage/sqlite/otp-statements.ts';
import { openSqliteOtpStore } from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import { proofSize } from '../../../support/proof-size.ts';
import { contractInMemory, failed, testsByNote } from './contract-alone.ts';

interface SqlFault {
  readonly name: string;
  readonly sql: string;
  readonly instead: string;
}

/** Faults that change nothing that anybody is told. */
const NO_MATTER: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^findNewerTexts does without/, 'it only spares rows: which of them counts is judged by `standingOf`'],
  [/does without received_at_ms > \(SELECT/, 'it only spares rows that have ended long ago'],
  [/^(sumCeilings|findBlocksOf) does without subject IN/, 'what is found is looked up by its subject'],
  [/^forgetCeiling does without subject/, 'what no window reaches of one subject, it reaches of none'],
  [/^findSubmission does without (request_id|method)/, 'a challenge belongs to one request'],
  [/^(endLeases|forgetReached) does without/, 'a store in memory is opened once'],
  [/^(issue|resume) forgets integrator_id/, 'it is told with the result alone'],
  [
    /^issue forgets (message_id|submitted_at_ms|receipt_state|receipt_at_ms)/,
    'they are told with the gateway alone',
  ],
  [/^noteText forgets receipt_at_ms/, 'it is told with the state of the receipt alone'],
  [/^check forgets value/, 'nobody reads it'],
  [/^findNewest turned round/, 'any sample will do'],
];

/** So many of the faults, one in so many of them. */
const FAULTS = proofSize('PROOF_PLANTED_FAULTS', { quick: 15, mass: 10_000 });

/** Splits at `separator` where no bracket is open. */
function partsOf(sql: string, separator: RegExp): readonly string[] {
  const parts = [''];
  let open = 0;
  for (const piece of sql.split(new RegExp(`(${separator.source}|[()])`))) {
    open += piece === '(' ? 1 : piece === ')' ? -1 : 0;
    if (open === 0 && new RegExp(`^${separator.source}$`).test(piece)) parts.push('');
    else parts.push(`${parts.pop()}${piece}`);
  }
  return parts;
}

/** Each statement with a column that it forgets to change, with a condition that it forgets, and the other way round. */
function faultsIn(name: string, sql: string): readonly SqlFault[] {
  const [, set = ''] = /\bSET\s([\s\S]*?)(?:\sWHERE\s[^()]*$|$)/.exec(sql) ?? [];
  const columns = partsOf(set, /,/).filter((part) => part.includes('='));
  const [, where = ''] =
    /\bWHERE\s([\s\S]*?)(?:\sORDER BY|\sGROUP BY|\sLIMIT|$)/.exec(sql.slice(sql.lastIndexOf('WHERE'))) ?? [];
  const conditions = partsOf(where, /\sAND\s/).filter((part) => part.trim() !== '');
  const forgotten = columns.map((assignment) => {
    const [column = '', ...value] = assignment.split('=');
    const kept = `${column}= iif(1, ${column.trim()}, ${value.join('=')})`;
    return { name: `${name} forgets ${column.trim()}`, sql, instead: sql.replace(assignment, () => kept) };
  });
  const dropped = conditions.map((condition) => {
    const instead =
      sql.slice(0, sql.lastIndexOf(condition)) +
      `(${condition} OR 1)` +
      sql.slice(sql.lastIndexOf(condition) + condition.length);
    return { name: `${name} does without ${condition.trim()}`, sql, instead };
  });
  const turned = sql.includes(' DESC')
    ? [{ name: `${name} turned round`, sql, instead: sql.replace(' DESC', '') }]
    : [];
  return [...forgotten, ...dropped, ...turned];
}

test('an engine whose statement forgets a column or a condition fails the contract', async (t) => {
  const used = new Set<string>();
  let fault: SqlFault | undefined;
  class BrokenDatabase extends DatabaseSync {
    override prepare(sql: string) {
      const statement = super.prepare(sql === fault?.sql ? fault.instead : sql);
      for (const way of ['run', 'get', 'all'] as const) {
        const call: (...terms: never[]) => unknown = statement[way];
        const value = (...terms: never[]) => {
          used.add(sql);
          return call.apply(statement, terms);
        };
        Object.defineProperty(statement, way, { value });
      }
      return statement;
    }
  }
  const open = (file: string, options: object) => new BrokenDatabase(file, options);
  const tests = contractInMemory(() =>
    openSqliteOtpStore({ file: ':memory:', environment: 'sandbox', open }),
  );
  const testsOf = await testsByNote(tests, t, used);
  const faults = Object.entries(OTP_STATEMENTS).flatMap(([name, sql]) => faultsIn(name, sql));
  const matter = faults.filter(({ name }) => !NO_MATTER.some(([pattern]) => pattern.test(name)));
  const each = Math.ceil(matter.length / FAULTS);
  const chosen = matter.filter((_, at) => at % each === 0);
  const passed: string[] = [];
  for (const one of chosen) {
    fault = one;
    if ((await failed(testsOf.get(one.sql) ?? [], t)) === undefined) passed.push(one.name);
  }
  t.diagnostic(`${chosen.length} of ${matter.length} faults`);
  const names = faults.map(({ name }) => name);
  for (const [pattern] of NO_MATTER) {
    assert.ok(
      names.some((name) => pattern.test(name)),
      `${pattern} excuses nothing`,
    );
  }
  assert.ok(matter.length > 100, `${matter.length} faults`);
  assert.deepEqual(passed, []);
});
