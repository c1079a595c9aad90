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
    'limits for accounts and phone numbers begin anew: texts, wrong codes and locks of before are forgotten',
    'a repeated request of before looks changed: 412 IDEMPOTENCY_VIOLATION, in place of its answer',
    'numbers that verified before are unknown to the money guard',
    'explain finds requests of before by their ids alone, no more by phone number or account',
  ],
  codes: ['codes that were sent and not typed yet are ended: their users ask for another'],
};

export function secretsCommand(): Command {
  return new Command('secrets')
    .addCommand(rotateCommand('digests'))
    .addCommand(rotateCommand('codes'))
    .addHelpText(
      'after',
      `
A server refuses to start when digests.secret or codes.secrets are others than the store was served with, since a mixed-up
mount looks just like that. These commands say that it is meant. Stop the server first.

For codes there is a way that ends none: put the new secret first in codes.secrets, start, and take the old one out after
codes.validityMs. It needs no command.

Examples:
  $ gsp-otp secrets rotate-digests --config gsp-otp.yaml          what would be forgotten
  $ gsp-otp secrets rotate-digests --config gsp-otp.yaml --yes
  $ gsp-otp secrets rotate-codes --config gsp-otp.yaml --yes
`,
    );
}

function rotateCommand(kind: Kind): Command {
  const setting = kind === 'digests' ? 'digests.secret' : 'codes.secrets';
  return withConfigOptions(new Command(`rotate-${kind}`))
    .description(`have the store go with the ${setting} that is configured now`)
    .option('--yes', 'do it; without it, only tell what would be forgotten')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
What it means:
${[...forgotten[kind], ...(kind === 'digests' ? forgotten.codes : [])].map((line) => `  - ${line}`).join('\n')}

Put the new secret into the configuration and stop the server first.

Example:
  $ gsp-otp secrets rotate-${kind} --config gsp-otp.yaml --yes

Exit codes:
  0  done, or nothing to do: the store goes with the configured secrets
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
      [...forgotten[kind], `${endedCodes} codes that are unused would be ended`].join('; '),
      'If that is meant, run it again with --yes.',
      exitCodes.usage,
    );
  }
  const text = needed
    ? `The store goes with the configured secrets from now on; ${endedCodes} codes were ended.`
    : 'The store goes with the configured secrets already; nothing was changed.';
  process.stdout.write(`${options.json ? JSON.stringify({ changed: needed, endedCodes }, null, 2) : text}\n`);
}
