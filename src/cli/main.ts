import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigError, describeFault } from '../config/faults.ts';
import { configCommand } from './config.ts';
import { exitCodes, Failure } from './failure.ts';

/**
 * Runs one command and resolves to its exit code: 0 done, 1 what was asked for failed, 2 wrong usage or
 * configuration. Throws nothing.
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    return report(error, args.includes('--debug'));
  }
}

function createProgram(): Command {
  const program = new Command('gsp-otp')
    .description('sendOtp, verifyOtp and echo for integrators of Google Standard Payments.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', globalHelp);
  const commands = [configCommand()];
  for (const command of commands) program.addCommand(command);
  harden(program);
  return program;
}

const globalHelp = `
Examples:
  $ gsp-otp demo                                    see a sendOtp and a verifyOtp happen, nothing to set up
  $ gsp-otp serve                                   start in the sandbox profile
  $ gsp-otp serve --config gsp-otp.yaml             start as configured
  $ gsp-otp call sendOtp --phone +14035551111       play Google against a running server
  $ gsp-otp COMMAND --help                          what a command can do, with examples

Exit codes:
  0  done
  1  what was asked for failed
  2  the command or the configuration is wrong; nothing was tried
`;

/** Makes every command throw in place of ending the process, and show the global options too. */
function harden(command: Command): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true });
  for (const child of command.commands) harden(child);
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return reportUsage(error);
  if (debug) {
    console.error(error);
  } else if (error instanceof ConfigError) {
    for (const fault of error.faults) console.error(describeFault(fault));
    console.error(`\nThe configuration has ${error.faults.length} fault(s); nothing was started.`);
  } else if (error instanceof Failure) {
    console.error(`gsp-otp: ${error.message}\n${error.remedy}`);
  } else {
    console.error(`gsp-otp: unexpected: ${error instanceof Error ? error.message : error}`);
    console.error('Run it again with --debug to see where it comes from.');
  }
  if (error instanceof ConfigError) return exitCodes.usage;
  return error instanceof Failure ? error.exitCode : exitCodes.failed;
}

/** commander has printed its message, or the help that was asked for. */
function reportUsage(error: CommanderError): number {
  const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
  if (asked) return exitCodes.done;
  if (error.code !== 'commander.help') console.error('Run it with --help to see what it accepts.');
  return exitCodes.usage;
}
