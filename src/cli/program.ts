import { Command, CommanderError } from 'commander';
import { maskArgument } from '../config/literal-credentials.ts';
import { shown } from '../ports/hidden-characters.ts';
import { packageVersion } from '../wiring/version.ts';
import { exitCodeOf, explainError } from './terminal/explain-error.ts';
import { exitCodes } from './terminal/failure.ts';
import { asTyped } from './terminal/invocation.ts';

/** Runs one command and resolves to its exit code. Never rejects: what is thrown is told on standard error. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    // `COMMAND …`, or `help COMMAND`.
    const program = await createProgram(args.filter((arg) => !arg.startsWith('-')).slice(0, 2));
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    return report(error, args.includes('--debug'));
  }
}

/**
 * The command line; nothing is run yet. Only commands of the given names are loaded, since all of them together take
 * longer than most of them run; the others have a name and a description. Absent: all are loaded.
 */
export async function createProgram(names?: readonly string[]): Promise<Command> {
  const program = new Command('gsp-otp')
    .description('sendOtp, verifyOtp and echo for integrators of Google Standard Payments.')
    .version(packageVersion, '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', globalHelp);
  for (const { name, description, load } of rows) {
    const command = names === undefined || names.includes(name) ? await load() : new Command(name);
    program.addCommand(command.description(description));
  }
  harden(program);
  return program.configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() });
}

interface CommandRow {
  readonly name: string;
  readonly description: string;
  load(): Promise<Command>;
}

/** In the order of the help. */
const rows: readonly CommandRow[] = [
  {
    name: 'serve',
    description: 'start the server',
    load: async () => (await import('./server/serve.ts')).serveCommand(),
  },
  {
    name: 'demo',
    description: 'start a sandbox with a few accounts, call it as Google would, and show what happens',
    load: async () => (await import('./google/demo.ts')).demoCommand(),
  },
  {
    name: 'call',
    description: 'call a running server as Google would',
    load: async () => (await import('./google/call.ts')).callCommand(),
  },
  {
    name: 'keys',
    description: 'create, exchange, rotate and check the keys that encrypt and sign bodies',
    load: async () => (await import('./keys/keys.ts')).keysCommand(),
  },
  {
    name: 'inbox',
    description: 'read the texts that a running sandbox server has sent, or have its gateway fail',
    load: async () => (await import('./records/inbox.ts')).inboxCommand(),
  },
  {
    name: 'explain',
    description:
      'show what happened to a request: when it came, what was decided and why, and what the gateway answered',
    load: async () => (await import('./records/explain.ts')).explainCommand(),
  },
  {
    name: 'accounts',
    description: 'import, show and change the accounts that the server knows',
    load: async () => (await import('./accounts/accounts.ts')).accountsCommand(),
  },
  {
    name: 'directory',
    description: 'ask the account directory as sendOtp would, whoever keeps it',
    load: async () => (await import('./accounts/directory.ts')).directoryCommand(),
  },
  {
    name: 'templates',
    description: 'show the texts that are sent, and check that each fits into one segment',
    load: async () => (await import('./records/templates.ts')).templatesCommand(),
  },
  {
    name: 'gateways',
    description: 'show which gateways send the texts, and send a test text',
    load: async () => (await import('./gateways/gateways.ts')).gatewaysCommand(),
  },
  {
    name: 'guard',
    description:
      'show which numbers the money guard blocks, and whether closed accounts are withheld because too many are',
    load: async () => (await import('./records/guard.ts')).guardCommand(),
  },
  {
    name: 'person',
    description: 'export or erase what the databases hold of one person',
    load: async () => (await import('./records/person.ts')).personCommand(),
  },
  {
    name: 'backup',
    description:
      'back up store and accounts in files, in one consistent state, into a new folder; PostgreSQL has its own means',
    load: async () => (await import('./server/backup.ts')).backupCommand(),
  },
  {
    name: 'restore',
    description:
      'replace the files by a backup, while the server is stopped; or end codes after a recovery of PostgreSQL',
    load: async () => (await import('./server/restore.ts')).restoreCommand(),
  },
  {
    name: 'secrets',
    description: 'accept changed secrets for an existing store, and show what is lost by it',
    load: async () => (await import('./server/secrets.ts')).secretsCommand(),
  },
  {
    name: 'migrate',
    description:
      "bring the databases to this program's schema, as the server does when it starts; or move the store to PostgreSQL",
    load: async () => (await import('./server/migrate.ts')).migrateCommand(),
  },
  {
    name: 'conformance',
    description: 'test an endpoint, this server or any other, as Google would',
    load: async () => (await import('./google/conformance.ts')).conformanceCommand(),
  },
  {
    name: 'config',
    description: 'check, show and explain the configuration',
    load: async () => (await import('./server/config.ts')).configCommand(),
  },
  {
    name: 'doctor',
    description: 'check everything that a server needs, and say how to fix what is wrong',
    load: async () => (await import('./server/doctor.ts')).doctorCommand(),
  },
];

const globalHelp = `
Examples:
  $ gsp-otp demo                                           a demonstration; needs no setup
  $ gsp-otp serve                                          start in the sandbox profile
  $ gsp-otp serve --config gsp-otp.yaml                    start as configured
  $ gsp-otp call sendOtp --account-phone-number +12025550101
                                                           call a running server as Google would
  $ gsp-otp COMMAND --help                                 what a command can do, with examples

Exit codes:
  0    done
  1    the command failed
  2    the command line or the configuration is wrong; nothing was done
  130  stopped by Ctrl-C (143: by SIGTERM)
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
  return `${shown(withoutKeys(fault))}${guess}\n`;
}

/** An argument that is not accepted may be a key, or the value of a setting. */
function withoutKeys(fault: string): string {
  return fault
    .replace(/(?<=unknown (?:option|command) ').*(?='$)/s, maskArgument)
    .replace(/(?<= argument '|value ').*(?=' is invalid)/s, maskArgument)
    .replace(/(?<=but got \d+: ).*(?=\.$)/s, (surplus) => surplus.split(', ').map(maskArgument).join(', '));
}

function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return reportUsage(error);
  if (debug) console.error(error);
  else console.error(asTyped(explainError(error)));
  return exitCodeOf(error);
}

/** commander has printed its message, or the help that was asked for. */
function reportUsage(error: CommanderError): number {
  if (error.exitCode === 0) return exitCodes.done;
  if (error.code !== 'commander.help') console.error('Run it with --help to see what it accepts.');
  return exitCodes.usage;
}
