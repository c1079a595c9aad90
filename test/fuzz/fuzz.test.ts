import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz.ts';

/** Three bytes in a row, each in a branch of its own: by chance once in a thousand million inputs. */
function treasure(input: Buffer): undefined {
  if (input[0] !== 0x47) return;
  if (input[1] !== 0x53) return;
  if (input[2] === 0x50) throw new Error('found');
}

const order = { seed: 5, count: 400_000, sources: import.meta.url };

test('an input that gets further than those before is changed further, until it gets all the way', async () => {
  const target = { name: 'treasure', read: treasure, corpus: [Buffer.alloc(4)] };
  const { found, faults } = await fuzz(target, order);
  assert.ok(found >= 2, `${found} inputs reached something new`);
  assert.match(faults[0] ?? '', /found[\s\S]* at 475350/);
});

test('without a look at the source, it does not get there', async () => {
  const target = { name: 'treasure', read: treasure, corpus: [Buffer.alloc(4)] };
  const { found, faults } = await fuzz(target, { ...order, sources: 'nowhere' });
  assert.deepEqual([found, faults], [0, []]);
});
