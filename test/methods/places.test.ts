import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Places } from '../../src/methods/places.ts';

test('[OQ-60] strangers have half of the places, those who proved themselves all of them', () => {
  const places = new Places(4);
  const strangers = [places.enter(false), places.enter(false)];
  assert.equal(places.enter(false), undefined);
  const known = [places.enter(true), places.enter(true)];
  assert.equal(places.enter(true), undefined);
  known[0]?.();
  assert.equal(places.enter(false), undefined, 'a place that is free isn’t theirs');
  strangers[0]?.();
  assert.ok(places.enter(false));
});

test('where there is one place, a stranger may have it', () => {
  assert.ok(new Places(1).enter(false));
});
