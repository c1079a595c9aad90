import { Command, CommanderError } from 'commander';
import { shown } from '../ports/hidden-characters.ts';
import { packageVersion } from '../wiring/version.ts';
import { exitCodeOf, explainError } from './terminal/explain-error.ts';
import { exitCodes } from './terminal/failure.ts';
import { asTyped } from './terminal/invocation.ts';

/** Runs one command and resolves to its exit code. Never rejects: what is thrown is told on standard error. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(args.find((arg) => !arg.startsWith('-')));
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    return report(error, args.includes('--debug'));
  }
}

/** The whole command line, or of its commands only the one of that name; nothing is run yet. */
export async function createProgram(only?: string): Promise<Command> {
  const program = new Command('gsp-otp')
    .description('sendOtp, verifyOtp and echo for integrators of Google Standard Payments.')
    .version(packageVersion, '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', globalHelp);
  const loader = only === undefined ? undefined : loaders.get(only);
  const commands = await Promise.all([...(loader ? [loader] : loaders.values())].map((load) => load()));
  for (const command of commands) program.addCommand(command);
  harden(program);
  return program;
}

/**
 * In the order of the help. Loaded one by one, since all of them together take longer than most of them run.
 */
const loaders: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['serve', async () => (await import('./server/serve.ts')).serveCommand()],
  ['demo', async () => (await import('./google/demo.ts')).demoCommand()],
  ['call', async () => (await import('./google/call.ts')).callCommand()],
  ['keys', async () => (await import('./keys/keys.ts')).keysCommand()],
  ['inbox', async () => (await import('./records/inbox.ts')).inboxCommand()],
  ['explain', async () => (await import('./records/explain.ts')).explainCommand()],
  ['accounts', async () => (await import('./accounts/accounts.ts')).accountsCommand()],
  ['templates', async () => (await import('./records/templates.ts')).templatesCommand()],
  ['gateways', async () => (await import('./gateways/gateways.ts')).gatewaysCommand()],
  ['guard', async () => (await import('./records/guard.ts')).guardCommand()],
  ['backup', async () => (await import('./server/backup.ts')).backupCommand()],
  ['restore', async () => (await import('./server/restore.ts')).restoreCommand()],
  ['secrets', async () => (await import('./server/secrets.ts')).secretsCommand()],
  ['migrate', async () => (await import('./server/migrate.ts')).migrateCommand()],
  ['conformance', async () => (await import('./google/conformance.ts')).conformanceCommand()],
  ['config', async () => (await import('./server/config.ts')).configCommand()],
  ['doctor', async () => (await import('./doctor/doctor.ts')).doctorCommand()],
]);

const globalHelp = `
Examples:
  $ gsp-otp demo                                           see it happen, nothing to set up
  $ gsp-otp serve                                          start in the sandbox profile
  $ gsp-otp serve --config gsp-otp.yaml                    start as configured
  $ gsp-otp call sendOtp --account-phone-number +12025550101
                                                           play Google against a running server
  $ gsp-otp COMMAND --help                                 what a command can do, with examples

Exit codes:
  0  done
  1  what was asked for failed
  2  the command or the configuration is wrong; nothing was tried
`;

/** Makes every command throw in place of ending the process, show the global options too, and examples as they are typed here. */
function harden(command: Command): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true });
  command.configureOutput({
    writeOut: (text) => process.stdout.write(asTyped(text)),
    writeErr: (text) => process.stderr.write(asTyped(text)),
    outputError: (text, write) => write(`${usageFault(text)}${acceptedInPlace(text, command)}`),
  });
  for (const child of command.commands) harden(child);
}

/** What the command has, where commander says only that it hasn't what was typed. */
function acceptedInPlace(message: string, command: Command): string {
  const help = command.createHelp();
  if (message.startsWith('error: unknown option')) {
    const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
    return `Accepted: ${options.map(({ long, short }) => long ?? short).join(', ')}.\n`;
  }
  if (message.startsWith('error: unknown command'))
    return `Accepted: ${help
      .visibleCommands(command)
      .map((child) => child.name())
      .join(', ')}.\n`;
  return '';
}

/** What commander says of an argument, which may be anything, on one line; its guess what was meant on another. */
function usageFault(text: string): string {
  const [, fault = '', guess = ''] = /^(.*?)(\n\(Did you mean [^\n]*\))?\n?$/s.exec(text) ?? [];
  return `${shown(fault)}${guess}\n`;
}

function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return reportUsage(error);
  if (debug) console.error(error);
  else console.error(asTyped(explainError(error)));
  return exitCodeOf(error);
}

/** commander has printed its message, or the help that was asked for. */
function reportUsage(error: CommanderError): number {
  if (['commander.helpDisplayed', 'commander.version'].includes(error.code)) return exitCodes.done;
  if (error.code !== 'commander.help') console.error('Run it with --help to see what it accepts.');
  return exitCodes.usage;
}
