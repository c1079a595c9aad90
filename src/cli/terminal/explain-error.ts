import { ConfigError, describeFault } from '../../config/faults.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { UnavailableError } from '../../ports/unavailable.ts';
import { exitCodes, Failure } from './failure.ts';

/** What is thrown, in words for whoever gave the command. */
export function explainError(error: unknown): string {
  if (error instanceof ConfigError) {
    const faults = error.faults.map(describeFault).join('\n');
    return `${faults}\n\nThe configuration has ${error.faults.length} fault(s); nothing was started.`;
  }
  if (error instanceof Failure) return `gsp-otp: ${shown(error.message)}\n${shown(error.remedy)}`;
  if (error instanceof UnavailableError) {
    const { message, cause } = error;
    // Some say it themselves, for those who see the message alone.
    const more = cause instanceof Error && !message.includes(cause.message) ? `: ${cause.message}` : '';
    return `gsp-otp: ${shown(message + more)}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return `gsp-otp: unexpected: ${shown(message)}\nRun it again with --debug to see where that comes from.`;
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return exitCodes.usage;
  return error instanceof Failure ? error.exitCode : exitCodes.failed;
}
