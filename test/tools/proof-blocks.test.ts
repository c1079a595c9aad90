import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runBlocks } from '../../tools/proof-blocks.ts';

/** A proof of three blocks that notes the seed of each, and fails in those of which a file is there. */
function scene(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-blocks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [noted, broken] = [join(folder, 'noted'), join(folder, 'broken')];
  writeFileSync(noted, '');
  const source = `const fs = require('node:fs');
    fs.appendFileSync(${JSON.stringify(noted)}, process.env.PROOF_SEED + ' ' + process.env.PROOF_SIZE + '\\n');
    console.log('looked');
    process.exit(fs.existsSync(${JSON.stringify(broken)}) ? 1 : 0);`;
  const proof = { name: 'made-up', blocks: 3, command: () => ['-e', source], env: { PROOF_SIZE: '7' } };
  return {
    folder,
    broken,
    seeds: () => readFileSync(noted, 'utf8').split('\n').filter(Boolean).map(Number.parseFloat),
    run: (edition: string, tell = (_: string) => {}, stop = new AbortController()) =>
      runBlocks([proof], {
        cwd: folder,
        folder: join(folder, '.proofs'),
        edition,
        signal: stop.signal,
        tell,
      }),
  };
}

test('who stops goes on with the next block, and does none twice', async (t) => {
  const { run, seeds, folder } = scene(t);
  const stop = new AbortController();
  const told: string[] = [];
  const tell = (line: string) => {
    told.push(line);
    if (line.includes('made-up-1')) stop.abort();
  };
  assert.deepEqual(await run('a', tell, stop), { failed: [], left: 2 });
  assert.match(told.at(-1) ?? '', /^1\/3 made-up-1, seed \d+: passed \(\d+ s\)$/);
  assert.equal(readFileSync(join(folder, '.proofs/made-up-1.log'), 'utf8'), 'looked\n');
  const first = seeds()[0] ?? 0;
  assert.deepEqual(await run('a'), { failed: [], left: 0 });
  assert.deepEqual(seeds(), [first, first + 1, first + 2]);
  assert.deepEqual(await run('a', (line) => told.push(line)), { failed: [], left: 0 });
  assert.match(told.at(-1) ?? '', /^3 of 3 blocks have passed already/);
});

test('who stops in the first block goes on with its seed', async (t) => {
  const { run, seeds } = scene(t);
  const stop = new AbortController();
  const told: string[] = [];
  const tell = (line: string) => {
    told.push(line);
    stop.abort();
  };
  assert.deepEqual(await run('a', tell, stop), { failed: [], left: 3 });
  assert.deepEqual(await run('a'), { failed: [], left: 0 });
  assert.ok(told[0]?.endsWith(`seeds from ${seeds()[0]}`), told[0]);
});

test('what failed is repeated with its seed', async (t) => {
  const { run, seeds, broken } = scene(t);
  writeFileSync(broken, '');
  assert.deepEqual(await run('a'), { failed: ['made-up-1', 'made-up-2', 'made-up-3'], left: 0 });
  const failed = seeds();
  rmSync(broken);
  assert.deepEqual(await run('a'), { failed: [], left: 0 });
  assert.deepEqual(seeds(), [...failed, ...failed]);
});

test('what passed for another commit does not count', async (t) => {
  const { run, seeds } = scene(t);
  await run('a');
  assert.deepEqual(await run('b'), { failed: [], left: 0 });
  assert.equal(seeds().length, 6);
});
