import { Draw } from '../codecs/openpgp/mutations.ts';
import { computedMs } from '../support/computed-ms.ts';
import { Coverage } from './coverage.ts';

const INPUT_MS_MAX = 100;
const CORPUS_MAX = 500;
const FAULTS_MAX = 10;

/** One reader of what others send. */
export interface FuzzTarget {
  readonly name: string;
  /**
   * Reads an input. `undefined`: refused, in the way that the reader documents.
   * Throws if the reader threw anything else, or took what it must not take.
   */
  readonly read: (input: Buffer) => unknown;
  /** Good inputs to begin from. */
  readonly corpus: readonly Buffer[];
  /** What is put in beside single bytes. */
  readonly words?: readonly string[];
  /** Which part of the inputs is enough, since each costs much. `undefined`: 1. */
  readonly share?: number;
}

export interface FuzzResult {
  /** How many inputs the reader took for good. */
  readonly taken: number;
  /** How many inputs made a piece of its source run that none before had reached. */
  readonly found: number;
  /** Something thrown, or more than 100 ms taken. At most ten are kept. */
  readonly faults: readonly string[];
}

export interface FuzzOrder {
  readonly seed: number;
  readonly count: number;
  /** The URLs of the sources whose pieces are to be reached begin so. */
  readonly sources?: string;
}

/** After so many inputs it is looked at whether they reached anything new. */
const ROUND_INPUTS = 1000;
const OUR_SOURCES = new URL('../../src/', import.meta.url).href;

/**
 * Feeds changed and crossed inputs to a reader. Those that were taken, and those that reached a piece of the source
 * which none before had reached, are changed further. Same seed and sources, same inputs.
 */
export async function fuzz(
  target: FuzzTarget,
  { seed, count, sources = OUR_SOURCES }: FuzzOrder,
): Promise<FuzzResult> {
  const coverage = new Coverage(sources);
  const run = new Run(target, new Draw(seed), coverage);
  try {
    for (let left = count; left > 0 && run.faults.length < FAULTS_MAX; left -= ROUND_INPUTS) {
      const inputs = await run.round(Math.min(left, ROUND_INPUTS));
      const ran = coverage.take();
      if (!coverage.isNew(ran)) continue;
      await run.find(inputs);
      coverage.add(ran);
    }
  } finally {
    coverage.close();
  }
  return { taken: run.taken, found: run.found.length, faults: run.faults };
}

class Run {
  taken = 0;
  readonly found: Buffer[] = [];
  readonly faults: string[] = [];
  readonly #target: FuzzTarget;
  readonly #draw: Draw;
  readonly #coverage: Coverage;
  readonly #mutator: Mutator;
  readonly #good: Buffer[];

  constructor(target: FuzzTarget, draw: Draw, coverage: Coverage) {
    this.#target = target;
    this.#draw = draw;
    this.#coverage = coverage;
    this.#good = [...target.corpus];
    // Else they would grow for ever, and what is long takes long.
    const bytesMax = 64 + 2 * Math.max(...target.corpus.map(({ length }) => length));
    this.#mutator = new Mutator(draw, target.words ?? [], bytesMax);
  }

  /** Makes and reads so many inputs; yields them. */
  async round(count: number): Promise<readonly Buffer[]> {
    const inputs: Buffer[] = [];
    for (let at = 0; at < count && this.faults.length < FAULTS_MAX; at += 1) {
      const pool = this.found.length > 0 && this.#draw.below(2) === 0 ? this.found : this.#good;
      const input = Buffer.from(this.#mutator.change(pool));
      inputs.push(input);
      await this.#try(input);
    }
    return inputs;
  }

  /** Keeps those of the inputs that reach something new, by reading each half of them once more. */
  async find(inputs: readonly Buffer[]): Promise<void> {
    const [first] = inputs;
    const half = Math.ceil(inputs.length / 2);
    for (const part of inputs.length > 1 ? [inputs.slice(0, half), inputs.slice(half)] : []) {
      this.#coverage.take();
      for (const input of part) await this.#readAgain(input);
      const ran = this.#coverage.take();
      if (!this.#coverage.isNew(ran)) continue;
      await this.find(part);
      this.#coverage.add(ran);
    }
    if (inputs.length === 1 && first && this.found.length < CORPUS_MAX) this.found.push(first);
  }

  async #try(input: Buffer): Promise<void> {
    const { read } = this.#target;
    try {
      const startMs = performance.now();
      const result = read(input);
      const taken = result instanceof Promise ? await result : result;
      if (performance.now() - startMs > INPUT_MS_MAX && (await isSlow(this.#target, input)))
        this.faults.push(`slow at ${input.toString('hex')}`);
      if (taken === undefined) return;
      this.taken += 1;
      if (this.#good.length < CORPUS_MAX) this.#good.push(input);
      else this.#good[this.#draw.below(CORPUS_MAX)] = input;
    } catch (error) {
      this.faults.push(`${error instanceof Error ? error.stack : error} at ${input.toString('hex')}`);
    }
  }

  async #readAgain(input: Buffer): Promise<void> {
    try {
      await this.#target.read(input);
    } catch {
      // It was told the first time.
    }
  }
}

/** More looks, at what this thread computes, tell a slow reader from a busy machine. */
async function isSlow({ read }: FuzzTarget, input: Buffer): Promise<boolean> {
  for (let look = 0; look < 3; look += 1) {
    const startMs = computedMs();
    await read(input);
    if (computedMs() - startMs <= INPUT_MS_MAX) return false;
  }
  return true;
}

/** Changes inputs in a buffer of its own, since a million of them are to cost little. */
class Mutator {
  readonly #draw: Draw;
  readonly #words: readonly Buffer[];
  readonly #bytes: Buffer;
  #length = 0;

  constructor(draw: Draw, words: readonly string[], bytesMax: number) {
    this.#draw = draw;
    this.#bytes = Buffer.alloc(bytesMax);
    this.#words = words.map((word) => Buffer.from(word));
  }

  /** Cuts, repeats, crosses, inserts or overwrites, one to four times. What it returns is overwritten next time. */
  change(corpus: readonly Buffer[]): Buffer {
    this.#length = this.#draw.of(corpus).copy(this.#bytes);
    for (let times = 1 + this.#draw.below(4); times > 0; times -= 1) this.#changeOnce(corpus);
    return this.#bytes.subarray(0, this.#length);
  }

  #changeOnce(corpus: readonly Buffer[]): void {
    const draw = this.#draw;
    const at = draw.below(this.#length + 1);
    switch (draw.below(8)) {
      case 0:
        this.#move(this.#some(at), at);
        break;
      case 1:
        this.#move(at, this.#some(at));
        break;
      case 2: {
        const other = draw.of(corpus);
        if (at < other.length) this.#length = at + other.copy(this.#bytes, at, at);
        break;
      }
      case 3:
        this.#insert(at, this.#noise());
        break;
      case 4:
        if (this.#words.length > 0) this.#insert(at, draw.of(this.#words));
        break;
      default:
        if (at < this.#length) this.#bytes[at] = draw.below(3) === 0 ? draw.below(256) : draw.of(BYTES);
    }
  }

  /** A place a few bytes behind. */
  #some(at: number): number {
    return at + this.#draw.below(Math.min(this.#length - at, 40) + 1);
  }

  #noise(): Buffer {
    const count = this.#draw.below(9);
    for (let at = 0; at < count; at += 1) NOISE[at] = this.#draw.below(256);
    return NOISE.subarray(0, count);
  }

  #insert(at: number, put: Buffer): void {
    if (this.#move(at, at + put.length)) put.copy(this.#bytes, at);
  }

  /** Moves the end that begins at `from`, if there is room. */
  #move(from: number, to: number): boolean {
    if (this.#length - from + to > this.#bytes.length) return false;
    this.#bytes.copyWithin(to, from, this.#length);
    this.#length += to - from;
    return true;
  }
}

const NOISE = Buffer.alloc(8);

/** Where lengths, signs and spellings change their meaning. */
const BYTES = [
  0, 1, 9, 10, 0x20, 0x22, 0x2e, 0x30, 0x3d, 0x41, 0x5c, 0x5f, 0x7d, 0x7f, 0x80, 0xbf, 0xc0, 0xdf, 0xfe, 0xff,
];
