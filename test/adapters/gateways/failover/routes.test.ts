import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRoute, orderGateways } from '../../../../src/adapters/gateways/failover/routes.ts';

const all = ['a', 'b', 'c'];

const routes = [
  { prefixes: ['+1'], gateways: ['a'] },
  { prefixes: ['+1876', '+1658'], gateways: ['b', 'a'] },
  { prefixes: ['+91'], gateways: ['c', 'b'], weights: [70, 30] },
];

for (const [number, prefix, gateways] of [
  ['+14035550123', '+1', ['a']],
  ['+18765550123', '+1876', ['b', 'a']],
  ['+16585550123', '+1658', ['b', 'a']],
  ['+919900000001', '+91', ['c', 'b']],
  ['+9', undefined, all],
  ['+4915550123', undefined, all],
] as const) {
  test(`a number such as ${number} takes the route of the longest prefix: ${prefix ?? 'none'}`, () => {
    for (const table of [routes, routes.toReversed()]) {
      const route = chooseRoute(table, all, number);
      assert.equal(route.prefix, prefix);
      assert.deepEqual(route.gateways, gateways);
    }
  });
}

test('a route for + serves what no other route does', () => {
  const table = [{ prefixes: ['+'], gateways: ['c'] }, ...routes];
  assert.deepEqual(chooseRoute(table, all, '+4915550123').gateways, ['c']);
  assert.deepEqual(chooseRoute(table, all, '+14035550123').gateways, ['a']);
});

const weighted = (...weights: readonly number[]) => ({ prefix: '+', gateways: all, weights });

const firstOf = (route: ReturnType<typeof weighted>, count: number) => {
  const counts: Record<string, number> = {};
  for (let text = 0; text < count; text += 1) {
    const [first = ''] = orderGateways(route, `reference-${text}`);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
};

test('texts are shared out by weight', () => {
  // Always the same references, so always the same counts: some 5 standard deviations of 10,000 draws.
  const { a = 0, b = 0, c = 0 } = firstOf(weighted(70, 25, 5), 10_000);
  assert.ok(Math.abs(a - 7000) < 230, String(a));
  assert.ok(Math.abs(b - 2500) < 220, String(b));
  assert.ok(Math.abs(c - 500) < 110, String(c));
});

test('[OQ-28] the same reference draws the same gateway again', () => {
  const route = weighted(1, 1, 1);
  for (let text = 0; text < 100; text += 1) {
    assert.deepEqual(orderGateways(route, `reference-${text}`), orderGateways(route, `reference-${text}`));
  }
});

test('a gateway without weight is never first, and stands by', () => {
  const route = weighted(0, 1, 0);
  assert.deepEqual(firstOf(route, 1000), { b: 1000 });
  assert.deepEqual(orderGateways(route, 'any'), ['b', 'a', 'c']);
  assert.deepEqual(firstOf(weighted(1, 0, 0), 1000), { a: 1000 });
});

test('without weights the order is that of the settings', () => {
  const route = { prefix: undefined, gateways: all, weights: undefined };
  for (let text = 0; text < 100; text += 1) assert.deepEqual(orderGateways(route, `reference-${text}`), all);
});
