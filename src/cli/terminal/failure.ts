/**
 * What a command throws when it can't do what it was asked for: one line that says what is wrong, and one that
 * says what to do. Everything else that is thrown is a bug.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly remedy: string;
  readonly exitCode: number;

  constructor(message: string, remedy: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

export const exitCodes = {
  done: 0,
  /** The thing that was asked for failed, or its answer is no. */
  failed: 1,
  /** The command or the configuration is wrong; nothing was tried. */
  usage: 2,
} as const;
