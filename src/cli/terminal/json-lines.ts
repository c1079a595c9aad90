import { exitCodeOf, explainError } from './explain-error.ts';

/**
 * From now on what Node itself would write as text, warnings and errors that nobody caught, is written as the log is: one
 * JSON object a line, on standard output.
 */
export function writeJsonLinesOnly(): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => writeLine('warn', { type: name, message }, 'node'));
  process.on('uncaughtException', (error) => {
    writeLine('fatal', { err: { type: error.name, message: error.message, stack: error.stack } }, 'uncaught');
    process.exit(1);
  });
}

/** Says why there is no server, and lets the process end with the exit code that belongs to it. */
export function writeFailedStart(error: unknown): void {
  writeLine('fatal', { reason: explainError(error) }, 'not started');
  process.exitCode = exitCodeOf(error);
}

function writeLine(level: string, fields: object, msg: string): void {
  const line = { level, time: new Date().toISOString(), ...fields, msg };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
