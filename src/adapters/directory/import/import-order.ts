import type { ImportCounts } from './apply.ts';
import type { ImportProblem } from './problems.ts';

export type ImportFormat = 'csv' | 'ndjson';

export interface ImportOrder {
  /** Path of the file to read; with `content`, only what messages call it. */
  readonly source: string;
  /** What to read, if it is in no file. */
  readonly content?: AsyncIterable<Uint8Array> | undefined;
  readonly format: ImportFormat;
  /** Does everything but keep it. */
  readonly dryRun: boolean;
  /**
   * Path of a file to be made for the rows with problems, which then don't stop the others: each with what is wrong with
   * it, to be corrected and imported again. `undefined`: the whole file or nothing.
   */
  readonly rejectFile?: string | undefined;
  /** What is doubtful in a number that can be applied all the same, in words. `undefined`: nothing is. */
  readonly doubtAbout?: ((phoneNumber: string) => string | undefined) | undefined;
  /** Whether an import may close so many of so many accounts unasked. `undefined`: it may close any number. [OQ-95] */
  readonly mayClose?: ((closing: number, held: number) => boolean) | undefined;
  /** How many accounts whoever imports says that it closes: exactly so many, or it is not applied. `undefined`: nobody says. */
  readonly confirmedClosing?: number | undefined;
  /** Ends the import with the signal's reason thrown and nothing applied. */
  readonly signal: AbortSignal;
  /** Told of each thing that is wrong with the file, as it is found. With a reject file that is written, of those that stop it all. */
  readonly onProblem: (problem: ImportProblem) => void;
  /** Told of each thing that is doubtful. */
  readonly onWarning?: (warning: ImportProblem) => void;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  /** `done` and `total` are bytes of the file while it is read, and staged rows to go through while it is applied. */
  readonly phase: 'reading' | 'applying';
  readonly done: number;
  /** `undefined`: nobody knows, since it comes from elsewhere. */
  readonly total: number | undefined;
  /** Rows read so far. */
  readonly rows: number;
}

export interface ImportResult {
  /**
   * `refused`: the file has problems, and nothing of it was applied. `unconfirmed`: nor was it, since the number of accounts
   * that it closes has to be confirmed, or was confirmed wrongly. `tried`: a dry run found no problems.
   */
  readonly outcome: 'applied' | 'tried' | 'refused' | 'unconfirmed';
  readonly rows: number;
  readonly problems: number;
  /** Rows that were, or would be, applied. */
  readonly applicable: number;
  /** Lines that went to the reject file. */
  readonly rejected: number;
  /** `undefined` if it is refused: nothing would be applied. */
  readonly counts: ImportCounts | undefined;
  /** What has to be confirmed, or was confirmed wrongly, also where that was only tried. `undefined`: nothing. */
  readonly toConfirm: Closing | undefined;
}

/** How many accounts an import closes, and how many the directory had before. */
export interface Closing {
  readonly closing: number;
  readonly held: number;
}
