import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A proof of hours, divided into blocks of minutes. */
export interface Proof {
  readonly name: string;
  readonly blocks: number;
  /** A script or test file, relative to `cwd`, and its arguments. A block has passed if it ends with 0. */
  readonly command: (seed: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface BlockOrder {
  readonly cwd: string;
  /** Has what was done so far, and the output of each block. Made if it is not there. */
  readonly folder: string;
  /** What is proved, such as a commit: what was done for another one does not count. */
  readonly edition: string;
  /** Ends the block under way, which counts as not done. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

interface State {
  readonly edition: string;
  /** Of the first block; each block adds its number to it. */
  readonly firstSeed: number;
  /** Seconds of each block that passed, by its name. */
  readonly passed: Record<string, number>;
}

/** Runs the blocks that have not passed yet, one after the other. `failed`: names of those that did not pass. */
export async function runBlocks(
  proofs: readonly Proof[],
  order: BlockOrder,
): Promise<{ readonly failed: readonly string[]; readonly left: number }> {
  mkdirSync(order.folder, { recursive: true });
  const state = readState(order);
  // Who stops in the first block goes on with its seed.
  write(order, state);
  const all = proofs.flatMap((proof) =>
    Array.from({ length: proof.blocks }, (_, number) => ({
      proof,
      number,
      name: `${proof.name}-${number + 1}`,
    })),
  );
  const open = all.filter(({ name }) => state.passed[name] === undefined);
  order.tell(
    `${all.length - open.length} of ${all.length} blocks have passed already; seeds from ${state.firstSeed}`,
  );
  const failed: string[] = [];
  let ended = 0;
  for (const { proof, number, name } of open) {
    if (order.signal.aborted) break;
    const startedMs = performance.now();
    const seed = state.firstSeed + number;
    const code = await runBlock(proof, seed, join(order.folder, `${name}.log`), order);
    if (order.signal.aborted) break;
    ended += 1;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    if (code === 0) state.passed[name] = seconds;
    else failed.push(name);
    write(order, state);
    const verdict = code === 0 ? 'passed' : `FAILED with ${code}, see ${join(order.folder, name)}.log`;
    order.tell(
      `${all.length - open.length + ended}/${all.length} ${name}, seed ${seed}: ${verdict} (${seconds} s)`,
    );
  }
  return { failed, left: open.length - ended };
}

function readState({ folder, edition }: BlockOrder): State {
  const fresh = { edition, firstSeed: randomInt(2 ** 30), passed: {} };
  try {
    const state: State = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
    return state.edition === edition ? state : fresh;
  } catch {
    return fresh;
  }
}

/** Whole or not at all, so that a power cut loses a block at most. */
function write({ folder }: BlockOrder, state: State): void {
  const file = join(folder, 'state.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

async function runBlock(
  { command, env = {} }: Proof,
  seed: number,
  logFile: string,
  { cwd, signal }: BlockOrder,
): Promise<number | string> {
  rmSync(logFile, { force: true });
  const log = createWriteStream(logFile);
  const child = spawn(process.execPath, [...command(seed)], {
    cwd,
    env: { ...process.env, PROOFS: '1', PROOF_SEED: String(seed), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  const code = await new Promise<number | string>((resolve) =>
    child.on('close', (exit, by) => resolve(exit ?? by ?? 'nothing')),
  );
  signal.removeEventListener('abort', stop);
  // Until then a part of the output is in memory only.
  await new Promise<void>((resolve) => log.end(resolve));
  return code;
}
