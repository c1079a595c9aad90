import { Command } from 'commander';
import { endCodesRecovered, inspectBackup, restore } from '../../operations/backup.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { abortOnSignal } from './stop-signal.ts';

type RestoreOptions = Parameters<typeof configSources>[0] & {
  readonly recoveredTo?: string;
  readonly yes?: true;
  readonly json?: true;
};

export function restoreCommand(): Command {
  return withConfigOptions(new Command('restore'))
    .argument('[dir]', 'folder that gsp-otp backup created')
    .option('--recovered-to <time>', 'the database was brought back by other means, to this moment')
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

PostgreSQL is backed up and recovered by means of its own. After a recovery to a point in time, and before a server starts,
run this command with --recovered-to and that moment. It invalidates the codes that were unused then, and nothing else.

Examples:
  $ gsp-otp restore /var/backups/gsp-otp/2026-03-01 --config gsp-otp.yaml          what would be done
  $ gsp-otp restore /var/backups/gsp-otp/2026-03-01 --config gsp-otp.yaml --yes
  $ gsp-otp restore --recovered-to 2026-03-01T12:00:00Z --config gsp-otp.yaml --yes

Exit codes:
  0    restored
  1    it could not be done; nothing was changed
  2    --yes is missing; nothing was changed
  130  stopped by Ctrl-C (143: by SIGTERM); nothing was changed
`,
    )
    .action(restoreFrom);
}

async function restoreFrom(folder: string | undefined, options: RestoreOptions): Promise<void> {
  const { recoveredTo } = options;
  if ((folder === undefined) === (recoveredTo === undefined)) {
    throw new Failure(
      'either a backup is restored, or codes end that a recovery brought back',
      'Name the folder of a backup, or use --recovered-to alone.',
      exitCodes.usage,
    );
  }
  if (folder !== undefined) return restoreFolder(folder, options);
  if (recoveredTo !== undefined) return endRecovered(recoveredTo, options);
}

async function endRecovered(recoveredTo: string, options: RestoreOptions): Promise<void> {
  const atMs = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(recoveredTo)
    ? Date.parse(recoveredTo)
    : Number.NaN;
  if (Number.isNaN(atMs) || atMs > Date.now()) {
    throw new Failure(
      `${shown(recoveredTo)} is no moment of the past`,
      'Write it with its time zone, such as 2026-03-01T12:00:00Z.',
      exitCodes.usage,
    );
  }
  const settings = readDataSettings(configSources(options), 'store');
  const dryRun = options.yes !== true;
  const endedCodes = await endCodesRecovered(settings, atMs, { dryRun });
  if (dryRun) {
    throw new Failure(
      `${endedCodes} unused codes would be invalidated`,
      'If that is meant, stop the servers and run it again with --yes.',
      exitCodes.usage,
    );
  }
  const text = `${endedCodes} codes were unused at ${new Date(atMs).toISOString()}, and are invalidated.`;
  process.stdout.write(
    `${options.json ? JSON.stringify({ recoveredToMs: atMs, endedCodes }, null, 2) : text}\n`,
  );
}

async function restoreFolder(folder: string, options: RestoreOptions): Promise<void> {
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
