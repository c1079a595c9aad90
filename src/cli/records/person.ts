import { Command } from 'commander';
import { erasePersonIn, exportPersonFrom } from '../../operations/persons.ts';
import { isE164 } from '../../ports/e164.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

type PersonOptions = Parameters<typeof configSources>[0] & {
  readonly accountId?: string;
  readonly accountPhoneNumber?: string;
  readonly yes?: true;
  readonly json?: true;
};

const needed = ['profile', 'dataDirectory', 'store', 'directory', 'digests', 'retention'] as const;

/** What the databases hold of one person. */
export function personCommand(): Command {
  return new Command('person')
    .addCommand(exportCommand())
    .addCommand(eraseCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp person export --account-id wallet-1001 > person.json
  $ gsp-otp person erase --account-id wallet-1001 --yes
`,
    );
}

function named(command: Command): Command {
  return withConfigOptions(command)
    .option('--account-id <id>', 'your own id of the account')
    .option('--account-phone-number <number>', 'E.164, such as +14035551111');
}

function exportCommand(): Command {
  return named(new Command('export'))
    .description('print as JSON what the databases hold of a person, with numbers in the clear')
    .addHelpText(
      'after',
      `
It only reads, also while the server runs, and needs the digests.secret of the server. Of requests it has the newest 10,000;
isComplete says whether there are more. A code is in no database. The output is personal data.

Examples:
  $ gsp-otp person export --account-id wallet-1001 > person.json
  $ gsp-otp person export --account-phone-number +12025550101
`,
    )
    .action(async (options: PersonOptions) => {
      const records = await exportPersonFrom(
        readSomeSettings(configSources(options), needed),
        personOf(options),
      );
      process.stdout.write(`${JSON.stringify(records, null, 2)}\n`);
    });
}

function eraseCommand(): Command {
  return named(new Command('erase'))
    .description('end the codes of a person, and erase what the records tell of the person')
    .option('--yes', 'erase it; required')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
From the records of the store it takes the sealed number or association id, the leading digits of the number, the message
ids of gateways and the story of each text. What stays, as keyed digests: the answers, since Google may repeat its requests,
and what limits and locks count, which an erasure must not reset. The output says until when. It works while the server
runs, needs its digests.secret, and may be repeated, which also erases what a call under way has added.

The account itself stays in the directory; of a directory of ours, gsp-otp accounts delete removes it.

Examples:
  $ gsp-otp person erase --account-id wallet-1001 --yes
  $ gsp-otp person erase --account-phone-number +12025550101 --yes --json
`,
    )
    .action(async (options: PersonOptions) => {
      const of = personOf(options);
      if (!options.yes)
        throw new Failure(
          'what is erased does not come back, and live codes end',
          'To confirm, run it again with --yes.',
          exitCodes.usage,
        );
      const erased = await erasePersonIn(readSomeSettings(configSources(options), needed), of);
      process.stdout.write(options.json ? `${JSON.stringify(erased, null, 2)}\n` : asText(erased));
    });
}

function asText({ endedCodes, requests, staysUntilMs }: Awaited<ReturnType<typeof erasePersonIn>>): string {
  if (staysUntilMs === undefined) return 'The store holds nothing of this person.\n';
  const until = new Date(staysUntilMs).toISOString();
  return (
    `Erased. Live codes that were ended: ${endedCodes}.\n` +
    `Until ${until} the store keeps, as keyed digests, ${requests} request(s) with their answers, and what limits count.\n`
  );
}

function personOf({ accountId, accountPhoneNumber: phoneNumber }: PersonOptions) {
  if (accountId !== undefined && phoneNumber === undefined && accountId !== '') return { accountId };
  if (accountId === undefined && phoneNumber !== undefined && isE164(phoneNumber)) return { phoneNumber };
  throw new Failure(
    'name the person in exactly one way',
    'Use --account-id, or --account-phone-number with a number such as +12025550101.',
    exitCodes.usage,
  );
}
