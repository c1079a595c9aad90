import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallPlaces } from '../../../src/http/internal/call-places.ts';

test('one caller can not take the places of all', () => {
  const places = new CallPlaces(3, 2);
  const leave = [places.enter('one'), places.enter('one')];
  assert.throws(() => places.enter('one'), { problem: 'too-many-calls', status: 429 });
  const leaveOther = places.enter('other');
  assert.throws(() => places.enter('other'), { problem: 'unavailable', status: 503 });
  leave[0]?.();
  const again = places.enter('one');
  assert.throws(() => places.enter('third'), { problem: 'unavailable' });
  for (const each of [leave[1], leaveOther, again]) each?.();
  for (const caller of ['one', 'other', 'third']) places.enter(caller);
  assert.throws(() => places.enter('fourth'), { problem: 'unavailable' });
});
