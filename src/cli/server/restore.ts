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
    .argument('<dir>', 'folder that gsp-otp backup made')
    .option('--yes', 'do it; without it, only tell what would be done')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
What it means:
  - requests that were answered since the backup are not remembered: a repeated one is processed again;
  - every code that was unused in the backup is ended, since nobody knows what became of it: its users ask for another;
  - whoever had such a code has used up its tries, which count for the account as guesses of that time;
  - accounts are those of the backup: import again what has changed since, closed accounts above all.

The present files, with their logs, are moved into a folder replaced-… beside them; delete it when all is well. A server,
or whatever else has a database open, is noticed, and nothing is changed then. Killed, either nothing was changed, or
everybody refuses the databases until it is run again. Run as root, the files become those of the data directory's owner.

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
