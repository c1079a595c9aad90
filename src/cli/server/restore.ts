import { Command } from 'commander';
import { inspectBackup, restore } from '../../operations/backup.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { abortOnSignal } from './stop-signal.ts';

type RestoreOptions = Parameters<typeof configSources>[0] & { readonly yes?: true; readonly json?: true };

export function restoreCommand(): Command {
  return withConfigOptions(new Command('restore'))
    .argument('<dir>', 'folder that gsp-otp backup created')
    .option('--yes', 'apply it; without it, only show what would be done')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
What it means:
  - Requests that were answered since the backup are not remembered: a repeated one is processed again.
  - Every code that was unused in the backup is invalidated: it may have been used since. Users request a new one.
  - The attempts of such a code count as used up, also for the limits of its account.
  - Accounts are those of the backup: import again what has changed since, closed accounts above all.

The current files, with their logs, are moved to a folder replaced-… beside them; delete it when everything works. If a
server or another program has a database open, nothing is changed. If the command is killed, either nothing was changed,
or the databases are refused until it is run again. If root runs it, the files get the owner of the data directory.

Examples:
  $ gsp-otp restore /var/backups/gsp-otp/2026-03-01 --config gsp-otp.yaml          what would be done
  $ gsp-otp restore /var/backups/gsp-otp/2026-03-01 --config gsp-otp.yaml --yes

Exit codes:
  0    restored
  1    it could not be done; nothing was changed
  2    --yes is missing; nothing was changed
  130  stopped by Ctrl-C (143: by SIGTERM); nothing was changed
`,
    )
    .action(restoreFrom);
}

async function restoreFrom(folder: string, options: RestoreOptions): Promise<void> {
  const settings = readDataSettings(configSources(options), 'store', 'directory');
  const { madeAtMs, files } = await inspectBackup(settings, folder);
  const madeAt = new Date(madeAtMs).toISOString();
  const names = files.map(({ name }) => name).join(' and ');
  if (!options.yes) {
    const forgotten = `what was answered since would be forgotten, and every code of then ended`;
    throw new Failure(
      `${names} in ${settings.dataDirectory} would be replaced by the backup of ${madeAt}: ${forgotten}`,
      'If that is meant, stop the server and run it again with --yes.',
      exitCodes.usage,
    );
  }
  const signal = abortOnSignal('stopped, nothing was changed', 'Run it again.');
  const { endedCodes, aside } = await restore(settings, folder, signal);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ folder, madeAtMs, files, endedCodes, aside }, null, 2)}\n`);
    return;
  }
  const lines = [
    `${names} in ${settings.dataDirectory}: as they were at ${madeAt}`,
    `  codes         ${endedCodes} were unused, and are ended`,
    `  requests      answered since ${madeAt} are not remembered`,
    aside === undefined ? undefined : `  replaced      what was there is in ${aside}; it holds personal data`,
  ];
  process.stdout.write(
    `${lines
      .filter((line) => line !== undefined)
      .map(shown)
      .join('\n')}\n`,
  );
}
