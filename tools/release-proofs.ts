import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Proof, runBlocks } from './proof-blocks.ts';

const help = `Runs the proofs by mass at the size of a release: for hours, on a machine with nothing else to do.

  npm run proofs:release [-- WORD…]     all of them, or those whose names begin with a word

Ctrl-C ends the block under way; the same command goes on where it stopped, and repeats what failed with the same seed.
What was done, and the output of each block, stands in .proofs/; what was done for another commit does not count.
Ends with 0 if every block has passed, with 1 if one failed, and with 130 after Ctrl-C.
`;

const test = (name: string, blocks: number, file: string, env: Readonly<Record<string, string>>): Proof => ({
  name,
  blocks,
  command: () => [file],
  env,
});
const script = (name: string, blocks: number, file: string, size: string): Proof => ({
  name,
  blocks,
  command: (seed) => [`test/release/${file}`, size, String(seed)],
});

const manyNodes = 'test/system/many-nodes/many-nodes.test.ts';
const idempotency = 'test/application/idempotency';
const proofs: readonly Proof[] = [
  test('kills', 40, 'test/system/crash.test.ts', { PROOF_KILLS: '25' }),
  test('planted', 1, 'test/adapters/storage/planted/planted-postgres.test.ts', {
    PROOF_PLANTED_FAULTS: '10000',
  }),
  test('store-kills', 60, 'test/system/store-crash/store-crash.test.ts', { PROOF_STORE_KILLS: '8' }),
  test('nodes', 20, manyNodes, { PROOF_CAUSES: '20' }),
  test('failovers', 20, manyNodes, { PROOF_CAUSE: 'the primary dies', PROOF_CAUSES: '5', PROOF_RATE: '200' }),
  test('twins', 20, `${idempotency}/twins.test.ts`, { PROOF_GROUPS: '500' }),
  test('slow-clients', 6, 'test/application/slow-clients.test.ts', { PROOF_SECONDS: '300' }),
  test('brown-out', 12, 'test/application/gateways/brown-out.test.ts', { PROOF_SECONDS: '300' }),
  script('fuzz', 100, 'fuzz.ts', '1000000'),
  script('pgp-differential', 20, 'pgp-differential.ts', '5000'),
  script('jose-differential', 20, 'jose-differential.ts', '5000'),
  script('bit-flips', 20, 'bit-flips.ts', '5'),
  script('timing', 1, 'timing.ts', '100000'),
  test('replays', 40, `${idempotency}/replayed-messages.test.ts`, { PROOF_MESSAGES: '25000' }),
  test('sealed-replays', 20, 'test/application/sealing/replayed-sealed.test.ts', {
    PROOF_SEALED_REPLAYS: '5000',
  }),
  { name: 'bites', blocks: 10, command: (seed) => ['test/release/bites.ts', String(seed)] },
  test('limits', 40, 'test/application/limits/limits.test.ts', { PROOF_OPERATIONS: '25000' }),
  test('rotations', 40, 'test/application/sealing/rotation.test.ts', { PROOF_ROTATIONS: '25' }),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
});
const chosen = proofs.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.startsWith(word)),
);
if (values.help) {
  console.log(help);
} else if (chosen.length === 0) {
  console.error(`There is no such proof. There are: ${proofs.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else {
  await prove();
}

async function prove(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.on('SIGTERM', () => stop.abort());
  const { failed, left } = await runBlocks(chosen, {
    cwd: root,
    folder: join(root, '.proofs'),
    edition: `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ', changed'}`,
    signal: stop.signal,
    tell: (line) => console.log(line),
  });
  if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}. The same command repeats them.`);
  if (left > 0) console.log(`Stopped; ${left} blocks are left. The same command goes on.`);
  if (failed.length === 0 && left === 0) console.log('Every block has passed.');
  process.exitCode = left > 0 ? 130 : Number(failed.length > 0);
}
