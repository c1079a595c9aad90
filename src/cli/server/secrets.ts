import { Command } from 'commander';
import { rotateSecrets } from '../../operations/secrets.ts';
import { loadConfig } from '../../settings/load.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';

type Kind = Parameters<typeof rotateSecrets>[1];
type RotateOptions = Parameters<typeof configSources>[0] & { readonly yes?: true; readonly json?: true };

/** What goes with the old secrets, for good. */
const forgotten: Readonly<Record<Kind, readonly string[]>> = {
  digests: [
    'limits of accounts and phone numbers start from zero: earlier texts, wrong codes and locks are forgotten',
    'an earlier request that is repeated seems changed: it gets 412 IDEMPOTENCY_VIOLATION instead of its answer',
    'the money guard forgets which numbers have verified a code',
    'explain finds earlier requests only by their ids, not by phone number or account',
  ],
  codes: ['codes that were sent and not used yet are invalidated: users request a new one'],
};

export function secretsCommand(): Command {
  return new Command('secrets')
    .addCommand(rotateCommand('digests'))
    .addCommand(rotateCommand('codes'))
    .addHelpText(
      'after',
      `
A server refuses to start with another digests.secret or other codes.secrets than the store was used with, because a
wrong mount looks the same. These commands confirm that the change is intended. Stop all servers of the store first.

codes.secrets can be changed without invalidating codes, and without a command: add the new secret as the first entry,
restart, and remove the old one after codes.validityMs. Several servers on PostgreSQL need one step more: add it as the
second entry on all of them first.

Examples:
  $ gsp-otp secrets rotate-digests --config gsp-otp.yaml          what would be lost
  $ gsp-otp secrets rotate-digests --config gsp-otp.yaml --yes
  $ gsp-otp secrets rotate-codes --config gsp-otp.yaml --yes
`,
    );
}

function rotateCommand(kind: Kind): Command {
  const setting = kind === 'digests' ? 'digests.secret' : 'codes.secrets';
  return withConfigOptions(new Command(`rotate-${kind}`))
    .description(`accept the ${setting} that is configured now`)
    .option('--yes', 'apply it; without it, only show what would be lost')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
What it means:
${[...forgotten[kind], ...(kind === 'digests' ? forgotten.codes : [])].map((line) => `  - ${line}`).join('\n')}

Put the new secret into the configuration and stop all servers of the store first.

Example:
  $ gsp-otp secrets rotate-${kind} --config gsp-otp.yaml --yes

Exit codes:
  0  done, or nothing to do: the store accepts the configured secrets
  1  it could not be done; nothing was changed
  2  --yes is missing; nothing was changed
`,
    )
    .action((options) => rotate(kind, options));
}

async function rotate(kind: Kind, options: RotateOptions): Promise<void> {
  const dryRun = options.yes !== true;
  const { needed, endedCodes } = await rotateSecrets(loadConfig(configSources(options)), kind, { dryRun });
  if (needed && dryRun) {
    throw new Failure(
      [...forgotten[kind], `${endedCodes} unused codes would be invalidated`].join('; '),
      'To do it, run the command again with --yes.',
      exitCodes.usage,
    );
  }
  const text = needed
    ? `The store accepts the configured secrets from now on; ${endedCodes} codes were invalidated.`
    : 'The store accepts the configured secrets already; nothing was changed.';
  process.stdout.write(`${options.json ? JSON.stringify({ changed: needed, endedCodes }, null, 2) : text}\n`);
}
