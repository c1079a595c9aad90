import { Command } from 'commander';
import { confirmClosedAccounts, showClosedGuard } from '../../operations/closed-guard.ts';
import { listBlocks } from '../../operations/money-guard.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';

type GuardOptions = Parameters<typeof configSources>[0] & { readonly json?: true };

type ConfirmOptions = GuardOptions & { readonly days: string; readonly yes?: true };

export function guardCommand(): Command {
  return withConfigOptions(new Command('guard'))
    .option('--json', 'print as JSON')
    .addCommand(closedCommand())
    .addCommand(confirmClosedCommand())
    .addHelpText(
      'after',
      `
A country, a range or a prefix of numbers is blocked when too few of the codes that were sent there are verified. Blocks
end by themselves; see moneyGuard in docs/configuration.md. The command only reads the database, also while the server
runs.

Examples:
  $ gsp-otp guard
  $ gsp-otp guard --config gsp-otp.yaml --json
  $ gsp-otp guard closed
  $ gsp-otp guard confirm-closed --days 1
`,
    )
    .action(async (options: GuardOptions) => {
      const blocks = await listBlocks(readDataSettings(configSources(options), 'store'), Date.now());
      process.stdout.write(options.json ? `${JSON.stringify(blocks, null, 2)}\n` : asText(blocks));
    });
}

function asText(blocks: Awaited<ReturnType<typeof listBlocks>>): string {
  if (blocks.length === 0) return 'Nothing is blocked.\n';
  const rows = blocks.map(({ subject, sinceMs, untilMs, unverified, verified }) =>
    [
      subject.padEnd(24),
      `since ${new Date(sinceMs).toISOString()}`,
      `until ${new Date(untilMs).toISOString()}`,
      `${unverified} unverified, ${verified} verified`,
    ]
      .map(shown)
      .join('  '),
  );
  return `${rows.join('\n')}\n`;
}

function closedCommand(): Command {
  return new Command('closed')
    .description('show whether Google is told of closed accounts, or too many are closed')
    .addHelpText(
      'after',
      `
When the directory says of more accounts than is plausible that they are closed, sendOtp is answered 503 for closed
accounts until an operator confirms them; see closedGuard in docs/configuration.md, and docs/operating.md for what to do.

Exit code: 1 while closed accounts are withheld.

Examples:
  $ gsp-otp guard closed
  $ gsp-otp guard closed --config gsp-otp.yaml --json
`,
    )
    .action(async (_own: object, command: Command) => {
      const options: GuardOptions = command.optsWithGlobals();
      const state = await showClosedGuard(readDataSettings(configSources(options), 'store'));
      const text = options.json ? JSON.stringify(state ?? null, null, 2) : closedText(state);
      process.stdout.write(`${text}\n`);
      if (state?.kind === 'withheld') process.exitCode = exitCodes.failed;
    });
}

function closedText(state: Awaited<ReturnType<typeof showClosedGuard>>): string {
  switch (state?.kind) {
    case undefined:
      return 'No closed account was ever withheld.';
    case 'withheld':
      return (
        `Closed accounts are withheld since ${new Date(state.sinceMs).toISOString()}: the directory said of ` +
        `${state.closed} of ${state.seen} accounts within a day that they are closed.`
      );
    case 'confirmed':
      return `Closed accounts are confirmed until ${new Date(state.untilMs).toISOString()}.`;
  }
}

function confirmClosedCommand(): Command {
  return new Command('confirm-closed')
    .description('tell Google of closed accounts again, which closes their payment instruments for good')
    .option('--days <days>', 'for so many days, 1 to 30; after that the guard counts anew', '1')
    .option('--yes', 'confirm that what the directory says is right')
    .addHelpText(
      'after',
      `
Before: look up some of the closed accounts in the system that keeps them. If the directory is wrong, mend it first. Then
confirm as well: Google repeats the requests that were answered 503. All servers of the store follow at once.

Examples:
  $ gsp-otp guard closed
  $ gsp-otp guard confirm-closed --yes
`,
    )
    .action(async (_own: object, command: Command) => {
      const options: ConfirmOptions = command.optsWithGlobals();
      const days = /^(?:[1-9]|[12]\d|30)$/.test(options.days) ? Number(options.days) : undefined;
      if (days === undefined)
        throw new Failure('--days takes a whole number from 1 to 30', 'Such as --days 1.', exitCodes.usage);
      if (!options.yes)
        throw new Failure(
          'from now on, Google closes the payment instrument of each account that the directory says is closed, for good',
          'To confirm, run it again with --yes.',
          exitCodes.usage,
        );
      const settings = readDataSettings(configSources(options), 'store');
      const { untilMs } = await confirmClosedAccounts(settings, days);
      const until = new Date(untilMs).toISOString();
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ untilMs }, null, 2)}\n`
          : `Closed accounts are confirmed until ${until}.\n`,
      );
    });
}
