import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqliteOtpStore } from '../../../../src/adapters/storage/sqlite/otp-store.ts';
import { proofSize } from '../../../support/proof-size.ts';
import { brokenStore, type Tamper } from './broken-store.ts';
import { contractInMemory, failed, testsByNote } from './contract-alone.ts';
import { type FieldFault, faultsOf, withFault } from './field-faults.ts';

/** Faults that are nobody's: what they change is not written, or may be as it is. */
const NO_MATTER: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/decision (replay|conflict|busy|absent|association-taken) /, 'nothing is written of it'],
  [/decision \w+ guard\.finding/, 'it is for the log, and given back'],
  [/recordReceipt decision \S* ?record/, 'it is given back, and not written'],
  [/(decision|answer) .*(raise|lower|begin|missteps|sightings) reversed/, 'they are applied in any order'],
  [
    /decision resume challenge\.(challengeId|nonce|secretId|codeLength)/,
    'what a challenge was made with stays',
  ],
  [
    /decision resume challenge\.(accountDigest|phoneNumberDigest|otpContext|country|numberPrefix|uses)/,
    'so does this',
  ],
  [/history answer +reversed/, 'the methods of one request id have no order'],
];

/** So many of the faults, one in so many of them. */
const FAULTS = proofSize('PROOF_PLANTED_FAULTS', { quick: 40, mass: 10_000 });

const kindOf = (value: unknown) =>
  typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : '';

test('an engine that has one field wrong, of what it is asked, tells, writes or answers, fails the contract', async (t) => {
  let tamper: Tamper = (_method, _side, value) => value;
  const tests = contractInMemory(() => {
    const store = openSqliteOtpStore({ file: ':memory:', environment: 'sandbox' });
    return brokenStore(store, (...told) => tamper(...told));
  });

  const faults = new Map<string, { readonly place: string; readonly fault: FieldFault }>();
  const seen = new Set<string>();
  const placeOf = (...[method, side, value]: Parameters<Tamper>) =>
    `${method} ${side} ${side === 'decision' ? kindOf(value) : ''}`;
  tamper = (method, side, value) => {
    const place = placeOf(method, side, value);
    const terms = side === 'order' ? (value as readonly unknown[]) : undefined;
    for (const fault of terms?.flatMap((term, at) => faultsOf(term, [String(at)])) ?? faultsOf(value)) {
      const name = `${place} ${fault.path.join('.')} ${fault.what}`;
      seen.add(name);
      faults.set(name, { place, fault });
    }
    return value;
  };
  const testsOf = await testsByNote(tests, t, seen);

  const matter = [...faults].filter(([name]) => !NO_MATTER.some(([pattern]) => pattern.test(name)));
  const each = Math.ceil(matter.length / FAULTS);
  const chosen = matter.filter((_, at) => at % each === 0);
  const passed: string[] = [];
  for (const [name, { place, fault }] of chosen) {
    tamper = (...told) => (placeOf(...told) === place ? withFault(told[2], fault) : told[2]);
    if ((await failed(testsOf.get(name) ?? [], t)) === undefined) passed.push(name);
  }
  t.diagnostic(`${chosen.length} of ${matter.length} faults`);
  const names = [...faults.keys()];
  for (const [pattern] of NO_MATTER) {
    assert.ok(
      names.some((name) => pattern.test(name)),
      `${pattern} excuses nothing`,
    );
  }
  assert.ok(matter.length > 500, `${matter.length} faults`);
  assert.deepEqual(passed, []);
});
