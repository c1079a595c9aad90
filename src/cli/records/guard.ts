import { Command } from 'commander';
import { listBlocks } from '../../operations/money-guard.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';

export function guardCommand(): Command {
  return withConfigOptions(new Command('guard'))
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
A country, a range or a prefix of numbers is blocked when too few of the codes that were sent there are verified. Blocks
end by themselves; see moneyGuard in docs/configuration.md. The command only reads the database, also while the server
runs.

Examples:
  $ gsp-otp guard
  $ gsp-otp guard --config gsp-otp.yaml --json
`,
    )
    .action(async (options: Parameters<typeof configSources>[0] & { readonly json?: true }) => {
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
