import { Command } from 'commander';
import { migrateDatabases } from '../../operations/databases.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';

export function migrateCommand(): Command {
  return withConfigOptions(new Command('migrate'))
    .option('--dry-run', 'only show what would be done')
    .option(
      '--new-store',
      'create the databases that are missing although they are expected; see gsp-otp serve',
    )
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Stop the server and make a backup first: a database cannot be changed back to an earlier schema.

Examples:
  $ gsp-otp migrate --dry-run
  $ gsp-otp migrate --config gsp-otp.yaml
`,
    )
    .action((options) => migrate(options));
}

type MigrateOptions = Parameters<typeof configSources>[0] & {
  readonly dryRun?: true;
  readonly newStore?: true;
  readonly json?: true;
};

async function migrate(options: MigrateOptions): Promise<void> {
  const { dryRun = false, newStore = false, json = false } = options;
  const settings = readDataSettings(configSources(options), 'store', 'directory');
  const migrations = await migrateDatabases(settings, { dryRun, newStore });
  if (json) {
    process.stdout.write(`${JSON.stringify({ dryRun, migrations }, null, 2)}\n`);
    return;
  }
  for (const { where, fromVersion, toVersion } of migrations) {
    const change =
      fromVersion === 0 ? `new, made with version ${toVersion}` : `version ${fromVersion} to ${toVersion}`;
    const text = fromVersion === toVersion ? `version ${toVersion} already` : change;
    process.stdout.write(
      `${shown(where)}: ${text}${dryRun && fromVersion !== toVersion ? ' (not done: --dry-run)' : ''}\n`,
    );
  }
}
