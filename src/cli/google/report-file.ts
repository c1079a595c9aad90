import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { shown } from '../../ports/hidden-characters.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';

/**
 * Throws a `Failure` unless the file can be written: better known before a run of an hour than after it. What stands
 * in it stays, and one that wasn't there isn't there afterwards.
 */
export function proveWritable(file: string): void {
  try {
    try {
      closeSync(openSync(file, 'wx'));
      rmSync(file);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      closeSync(openSync(file, 'a'));
    }
  } catch (cause) {
    throw new Failure(
      `can't write the report to ${file}: ${messageOf(cause)}`,
      'Nothing was examined. Name a file in a folder that exists and that you may write to, or leave --output out.',
      exitCodes.usage,
    );
  }
}

/** Writes a report to the file, or to standard output if that fails. Returns whether it is where it should be. */
export function writeReportFile(file: string, report: string): boolean {
  try {
    writeFileSync(file, report);
    return true;
  } catch (cause) {
    // The calls are made and the texts sent: the report must not be lost.
    console.error(shown(`gsp-otp: can't write the report to ${file}: ${messageOf(cause)}`));
    console.error('Here it is, on standard output.');
    process.stdout.write(report);
    return false;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
