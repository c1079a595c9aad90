import { type BigIntStats, statSync } from 'node:fs';

/**
 * Remembers which files stood under their names when it was made, and tells whether they still do. An open file goes
 * on without its name when it is deleted or replaced; what is written into it then is gone at the next start.
 */
export class FilePlace {
  readonly #files: ReadonlyMap<string, BigIntStats | undefined>;

  /** Of `files`, what is not there now must not be there later either. */
  constructor(files: readonly string[]) {
    this.#files = new Map(files.map((file) => [file, find(file)]));
  }

  /** What has happened to the first of the files that is not in its place. `undefined`: all are. */
  fault(): string | undefined {
    for (const [file, known] of this.#files) {
      const found = find(file);
      if (found?.ino === known?.ino && found?.dev === known?.dev) continue;
      return found === undefined
        ? `${file} was deleted or moved away while it was open`
        : `${file} was replaced while it was open`;
    }
    return undefined;
  }
}

/** Device and inode, beyond what a double can hold. `undefined`: nothing has that name, or it can't be asked. */
function find(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
