import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPhoneBubble } from '../../../src/cli/records/phone-bubble.ts';

const shown = {
  to: '+12025550101',
  text: 'Use 123456 to add your account at Example. Do not share it.\n\nFA+9qCX9VSu',
};

for (const [columns, widest] of [
  [200, 48],
  [40, 36],
  [30, 26],
] as const) {
  test(`a text fits a terminal of ${columns} columns`, () => {
    const lines = drawPhoneBubble(shown, columns).split('\n');
    const widths = new Set(lines.map(({ length }) => length));
    assert.equal(widths.size, 1);
    assert.ok(Math.max(...widths) <= widest, `${[...widths]}`);
    const words = lines.slice(1, -1).flatMap((line) => line.slice(2, -2).trim().split(' ').filter(Boolean));
    assert.deepEqual(words, shown.text.split(/\s+/));
  });
}
