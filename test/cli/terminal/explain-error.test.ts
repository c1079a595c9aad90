import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainError } from '../../../src/cli/terminal/explain-error.ts';
import { UnavailableError } from '../../../src/ports/unavailable.ts';

test('a cause is told once, whether or not the message tells it', () => {
  const cause = new Error('disk I/O error');
  const told = 'gsp-otp: the database failed: disk I/O error';
  assert.equal(explainError(new UnavailableError('the database failed', { cause })), told);
  assert.equal(explainError(new UnavailableError('the database failed: disk I/O error', { cause })), told);
});
