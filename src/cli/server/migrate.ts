import { Command } from 'commander';
import { migrateDatabases } from '../../operations/databases.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { accountsKeptElsewhere } from '../../wiring/data-kinds.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { move } from './move.ts';

export function migrateCommand(): Command {
  return withConfigOptions(new Command('migrate'))
    .option('--dry-run', 'only show what would be done')
    .option(
      '--new-store',
      'create the databases that are missing although they are expected; see gsp-otp serve',
    )
    .option('--from <file>', 'move the store: the configuration of the server that has it')
    .option('--to <file>', 'move the store: the configuration of the servers that are to have it')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Stop the server and make a backup first: a database cannot be changed back to an earlier schema. On PostgreSQL, servers
of the version before may go on.

With --from and --to, the embedded store is moved to PostgreSQL while its server goes on. Codes that are out stay valid,
and answered requests stay answered. Every row is read back and compared. For the last part calls are answered 503, and
then until servers run with the configuration of --to: the old store serves nobody any more. A move that was stopped goes
on where it was. Until it has ended, the old server goes on, and no other one starts. The configuration of --to needs the
secrets of that of --from, and a schema that no server has used. A store is moved once.

Examples:
  $ gsp-otp migrate --dry-run
  $ gsp-otp migrate --config gsp-otp.yaml
  $ gsp-otp migrate --from embedded.yaml --to postgres.yaml
`,
    )
    .action((options) => migrate(options));
}

type MigrateOptions = Parameters<typeof configSources>[0] & {
  readonly dryRun?: true;
  readonly newStore?: true;
  readonly json?: true;
  readonly from?: string;
  readonly to?: string;
};

async function migrate(options: MigrateOptions): Promise<void> {
  const { dryRun = false, newStore = false, json = false, from, to, config, set } = options;
  if (from !== undefined || to !== undefined) {
    return move({
      from,
      to,
      json,
      hasOthers: dryRun || newStore || config !== undefined || set !== undefined,
    });
  }
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
  const elsewhere = accountsKeptElsewhere(settings);
  if (elsewhere !== undefined)
    process.stdout.write(`${shown(elsewhere)}: accounts are kept there, nothing of it is migrated\n`);
}
