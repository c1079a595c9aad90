import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUDGET } from '../../src/ports/budget.ts';

test('[IDEM-11, OPS-2] a claim outlives twice the longest request, and no request is longer than Google waits', () => {
  assert.ok(BUDGET.leaseMs >= 2 * BUDGET.longestMs);
  assert.ok(BUDGET.longestMs < 5000);
});
