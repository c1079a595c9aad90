import { type Profiler, Session } from 'node:inspector';

/** From where to where in a source. */
type Piece = readonly [from: number, to: number];

/** Of each function that ran, the pieces that did not. */
type Ran = ReadonlyMap<string, readonly Piece[]>;

/** Tells, by the counters of the engine itself, which pieces of some sources have run at all. */
export class Coverage {
  readonly #session = new Session();
  readonly #sources: string;
  readonly #missing = new Map<string, readonly Piece[]>();

  /** `sources`: how their URLs begin. */
  constructor(sources: string) {
    this.#sources = sources;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What ran since it was called last. */
  take(): Ran {
    const ran = new Map<string, readonly Piece[]>();
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      for (const script of result) {
        if (script.url.startsWith(this.#sources)) addFunctions(ran, script);
      }
    });
    return ran;
  }

  /** Whether a piece is among it that never ran before. */
  isNew(ran: Ran): boolean {
    return [...ran].some(([name, pieces]) => {
      const missing = this.#missing.get(name);
      return missing === undefined || lengthOf(inBoth(missing, pieces)) < lengthOf(missing);
    });
  }

  add(ran: Ran): void {
    for (const [name, pieces] of ran) {
      const missing = this.#missing.get(name);
      this.#missing.set(name, missing === undefined ? pieces : inBoth(missing, pieces));
    }
  }

  close(): void {
    this.#session.disconnect();
  }
}

function addFunctions(ran: Map<string, readonly Piece[]>, script: Profiler.ScriptCoverage): void {
  for (const { ranges } of script.functions) {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) continue;
    const pieces = ranges
      .filter(({ count }) => count === 0)
      .map(({ startOffset, endOffset }): Piece => [startOffset, endOffset]);
    ran.set(`${script.scriptId}:${whole.startOffset}:${whole.endOffset}`, pieces);
  }
}

function inBoth(some: readonly Piece[], others: readonly Piece[]): readonly Piece[] {
  return some.flatMap(([from, to]) =>
    others
      .map(([start, end]): Piece => [Math.max(from, start), Math.min(to, end)])
      .filter(([start, end]) => start < end),
  );
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, [from, to]) => sum + to - from, 0);
}
