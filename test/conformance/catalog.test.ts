import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalog } from '../../conformance/checks/catalog.ts';
import { familyOf } from '../../conformance/checks/check.ts';

const published: Readonly<Record<string, readonly [string, string, string]>> = JSON.parse(
  readFileSync(new URL('catalog.json', import.meta.url), 'utf8'),
);
const protocol = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

test('checks keep their meaning: id, level, sentence and requirement ids are as published', () => {
  const now = Object.fromEntries(
    catalog.map(({ id, level, expects, requirements }) => [id, [level, expects, requirements.join(' ')]]),
  );
  // A new check is added to catalog.json; one that means something else gets a new id.
  assert.deepEqual(now, published);
});

test('there are at least 120 checks, and no id comes twice', () => {
  assert.ok(catalog.length >= 120, String(catalog.length));
  assert.equal(new Set(catalog.map(({ id }) => id)).size, catalog.length);
});

for (const check of catalog) {
  test(`${check.id} is told in one sentence and cites what the protocol reference has`, () => {
    assert.match(check.expects, /^[A-Z].*\.$/s);
    assert.ok(check.requirements.length > 0);
    assert.match(check.id, new RegExp(`^${familyOf(check)}/[a-z0-9-]+$`));
    for (const id of check.requirements) {
      assert.match(protocol, new RegExp(`\\*\\*${id}\\*\\*|^\\| ${id} \\|`, 'm'), id);
    }
  });
}
