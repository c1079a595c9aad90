import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { coverageOf } from '../../conformance/checks/coverage.ts';
import { notVisible } from '../../conformance/checks/not-visible.ts';

const protocol = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const musts = [
  ...protocol.matchAll(/^- \*\*([A-Z]+(?:-[A-Z]+)*-\d+)\*\* (?:MUST|SHOULD \(treat as MUST\))/gm),
].map(([, id = '']) => id);

test('every MUST of the protocol has a check, or a written reason why it can’t be seen from outside', () => {
  assert.ok(musts.length > 60, String(musts.length));
  const silent = musts.filter((id) => {
    const { checks, reason } = coverageOf(id);
    return checks.length === 0 && reason === undefined;
  });
  assert.deepEqual(silent, []);
});

test('no reason is left for what has a check, or is no MUST', () => {
  const idle = Object.keys(notVisible).filter(
    (id) => coverageOf(id).checks.length > 0 || !musts.includes(id),
  );
  assert.deepEqual(idle, []);
});

test('the table in docs/conformance.md is current', () => {
  const tool = new URL('../../tools/conformance-table.ts', import.meta.url).pathname;
  execFileSync(process.execPath, [tool, '--check'], { stdio: 'pipe' });
});
