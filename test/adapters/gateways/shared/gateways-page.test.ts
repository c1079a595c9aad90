import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deliveringKinds } from '../../../../src/adapters/gateways/catalog.ts';
import { refusalClasses } from '../../../../src/adapters/gateways/shared/refusal-classes.ts';
import { outcomeTables } from './outcome-tables.ts';

const page = readFileSync(new URL('../../../../docs/gateways.md', import.meta.url), 'utf8');

test('docs/gateways.md tells of every class whether failover goes on, and whether it counts against the gateway', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (yes|no) \| (yes|no) \|$/gm)];
  const told = Object.fromEntries(
    rows.map(([, reason = '', on, against]) => [
      reason,
      { goesOn: on === 'yes', countsAgainst: against === 'yes' },
    ]),
  );
  assert.deepEqual(told, refusalClasses);
});

for (const { kind } of deliveringKinds) {
  const { outcomes } = await outcomeTables(kind);
  if (outcomes === undefined) continue;
  test(`docs/gateways.md tells every code of ${kind} that means no, its class and where that comes from`, () => {
    const own = page.split('\n## ').find((section) => section.includes(`\n    kind: ${kind}\n`)) ?? '';
    const rows = [...own.matchAll(/^\| `([^`]+)` \|.* `([a-z-]+)` \| \[[^\]]+\]\(https:\/\/[^)]+\) \|$/gm)];
    const told = Object.fromEntries(rows.map(([, code = '', reason = '']) => [code, reason]));
    const refusals = Object.entries(outcomes).filter(([, outcome]) => Object.hasOwn(refusalClasses, outcome));
    assert.deepEqual(told, Object.fromEntries(refusals));
  });
}
