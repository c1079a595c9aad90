import type { AccountField } from '../rows/account-fields.ts';

/** What is wrong with a file, and where. Never holds a value of the file: those are personal data. */
export interface ImportProblem {
  /** The first line is 1. */
  readonly line: number;
  /** `undefined`: the line as a whole. */
  readonly field: AccountField | undefined;
  readonly reason: string;
  /** Nothing of the file can be understood, so that no row of it may be applied. */
  readonly wholeFile?: true;
}

export type ReportProblem = (problem: ImportProblem) => void;

/** Counts problems, and puts those found together in the order of their lines. */
export class ProblemList {
  count = 0;
  /** Whether one of them is about the file as a whole. */
  wholeFile = false;
  readonly #tell: ReportProblem;
  #untold: ImportProblem[] = [];

  constructor(tell: ReportProblem) {
    this.#tell = tell;
  }

  readonly report: ReportProblem = (problem) => {
    // What follows would only be its consequence.
    if (this.wholeFile) return;
    this.count += 1;
    this.wholeFile ||= problem.wholeFile === true;
    this.#untold.push(problem);
  };

  /** Tells those found since the last time. */
  tell(): void {
    const found = this.#untold.sort((a, b) => a.line - b.line);
    this.#untold = [];
    for (const problem of found) this.#tell(problem);
  }
}
