import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeNode } from '../../src/domain/nodes.ts';
import type { Meeting, NodeReport, NodeTraits, OtherNode } from '../../src/ports/otp-store/nodes.ts';

const TRAITS: NodeTraits = {
  digests: 'd',
  codes: { s1: 'c1' },
  activeCode: 's1',
  openingKeys: { f1: 'pgp key 01' },
  settings: { 'quotas.coolDownMs': '30000' },
};

const report = (traits: Partial<NodeTraits> = {}, rest: Partial<NodeReport> = {}): NodeReport => ({
  name: 'otp-1/17',
  version: '1',
  clockAheadMs: 0,
  reachedMs: 0,
  fits: false,
  ...rest,
  traits: { ...TRAITS, ...traits },
});

const other = (traits: Partial<NodeTraits> = {}, rest: Partial<OtherNode> = {}): OtherNode => ({
  ...report(traits, { name: 'otp-2/18', fits: true }),
  wasFirst: true,
  ...rest,
});

const judge = (own: NodeReport, others: readonly OtherNode[], digests: Meeting['digests'] = 'd') =>
  judgeNode(own, new Set(Object.keys(own.traits.openingKeys)), { others, unreadable: [], digests });

const GOOD = { misfit: undefined, wrongClock: undefined, warnings: [] };

test('equal servers fit, and one that is alone does', () => {
  assert.deepEqual(judge(report(), []), GOOD);
  assert.deepEqual(judge(report(), [other(), other()]), GOOD);
});

/** What a server has, what another one has that was first, and what is said. */
const misfits: readonly (readonly [string, Partial<NodeTraits>, Partial<NodeTraits>, RegExp])[] = [
  [
    'another secret under the same id',
    { codes: { s1: 'x' } },
    {},
    /another secret under the id s1 than the server otp-2\/18/,
  ],
  [
    'lacks the secret that others use',
    { codes: { s2: 'c2' }, activeCode: 's2' },
    {},
    /lacks s1, .*add it here/,
  ],
  [
    'uses a secret that others lack',
    { codes: { s1: 'c1', s2: 'c2' }, activeCode: 's2' },
    {},
    /has s2 first, which the server otp-2\/18 \(version 1\) lacks, .*second until all servers have it/,
  ],
  [
    'lacks a key in use',
    { openingKeys: { f2: 'pgp key 02' } },
    {},
    /lacks the pgp key 01, .*retiresAt there/,
  ],
];

for (const [what, own, theirs, words] of misfits) {
  test(`[OQ-72] a server that ${what} is in the wrong, unless it was first`, () => {
    assert.match(judge(report(own), [other(theirs)]).misfit ?? '', words);
    assert.equal(judge(report(own), [other(theirs, { wasFirst: false })]).misfit, undefined);
  });
}

test('[OQ-72] secrets and keys that are only there to be known are nobody’s fault', () => {
  const codes = { s1: 'c1', s2: 'c2' };
  assert.deepEqual(judge(report({ codes }), [other()]), GOOD);
  assert.deepEqual(judge(report(), [other({ codes })]), GOOD);
  assert.deepEqual(judge(report({ codes, activeCode: 's2' }), [other({ codes })]), GOOD);
  const openingKeys = { ...TRAITS.openingKeys, f2: 'pgp key 02' };
  assert.deepEqual(judge(report({ openingKeys }), [other()]), GOOD);
});

test('a key that a server lacks that was first is warned of', () => {
  const openingKeys = { ...TRAITS.openingKeys, f2: 'pgp key 02' };
  const { misfit, warnings } = judge(report(), [other({ openingKeys }, { wasFirst: false })]);
  assert.equal(misfit, undefined);
  assert.match(warnings.join(), /opens bodies with the pgp key 02: add it here before Google gets it/);
});

test('[OQ-72] who has not the digest secret of the store is in the wrong, though it was first', () => {
  const own = report({ digests: 'old', codes: { s1: 'x' } });
  assert.match(judge(own, []).misfit ?? '', /digests\.secret is not the one that the store goes with by now/);
  assert.deepEqual(judge(report(), [other({ digests: 'old', codes: { s1: 'x' } })]), GOOD);
  assert.deepEqual(judge(report(), [], undefined), GOOD);
});

test('settings that differ are warned of, between servers of one version', () => {
  const settings = { 'quotas.coolDownMs': '1', 'quotas.sendsGlobal': '{"max":9}' };
  assert.deepEqual(judge(report(), [other({ settings })]).warnings, [
    'quotas.coolDownMs is 30000 here, and 1 at the server otp-2/18 (version 1)',
    'quotas.sendsGlobal is not set here, and {"max":9} at the server otp-2/18 (version 1)',
  ]);
  assert.deepEqual(judge(report(), [other({ settings }, { version: '2' })]), GOOD);
});

/** How far the clocks are off the database's, ms: this one, the others; whether it is said to be wrong, and warned of. */
const clocks: readonly (readonly [number, readonly number[], boolean, boolean])[] = [
  [1000, [0], false, false],
  [-1001, [0], false, true],
  [30_000, [0, 0], false, true],
  [30_001, [0], true, true],
  [-30_001, [0], true, true],
  [60_000, [], false, true],
  [60_000, [59_000], false, true],
  [60_000, [59_000, 0], false, true],
  [60_000, [59_000, 0, 2000], true, true],
];

for (const [own, others, isWrong, isWarned] of clocks) {
  test(`a clock that is ${own} ms off beside ${others.join(', ') || 'none'}: wrong ${isWrong}, warned of ${isWarned}`, () => {
    const found = judge(
      report({}, { clockAheadMs: own }),
      others.map((clockAheadMs) => other({}, { clockAheadMs })),
    );
    assert.equal(found.wrongClock !== undefined, isWrong);
    assert.equal(found.warnings.length === 1, isWarned);
    assert.equal(found.misfit, undefined);
  });
}
