import { Command } from 'commander';
import { askDirectory, type DirectoryAnswer, type DirectoryQuestion } from '../../operations/directory.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { checkNumber } from '../gateways/gateways-settings.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';
import { accountLines, showAccount } from './shown-account.ts';

/** Where accounts are looked up, whoever keeps them. */
export function directoryCommand(): Command {
  return new Command('directory').addCommand(lookupCommand()).addHelpText(
    'after',
    `
Examples:
  $ gsp-otp directory lookup +14035551111 --config gsp-otp.yaml
  $ gsp-otp directory lookup --association ID --config gsp-otp.yaml
`,
  );
}

type LookupOptions = Parameters<typeof configSources>[0] & {
  readonly association?: string;
  readonly account?: string;
  readonly json?: true;
};

function lookupCommand(): Command {
  return withConfigOptions(new Command('lookup'))
    .description(
      'ask the directory as sendOtp would: show its answer, how long it took, and what sendOtp would decide',
    )
    .argument('[number]', 'E.164 such as +14035551111')
    .option('--association <id>', 'id of an association, as Google sends it')
    .option('--account <id>', 'your own id of the account')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
It works with every kind of directory, with or without a running server, and changes nothing. Phone numbers are masked.
Limits of texts are not looked at. With --account it tells what a sendOtp by an association id of that account would decide.

Examples:
  $ gsp-otp directory lookup +14035551111 --config gsp-otp.yaml
  $ gsp-otp directory lookup --association ID --config gsp-otp.yaml --json
  $ gsp-otp directory lookup --account wallet-1001 --config gsp-otp.yaml

Exit code: 0 if somebody was found, whatever sendOtp would decide; 1 if nobody was, or if the directory gave no answer that
can be used, which standard error tells then.
`,
    )
    .action(async (number: string | undefined, options: LookupOptions) => {
      const question = questionOf(number, options);
      const groups = ['profile', 'dataDirectory', 'store', 'directory', 'phoneNumbers', 'requests'] as const;
      const answer = await askDirectory(readSomeSettings(configSources(options), groups), question);
      const accounts = answer.accounts.map((account) => showAccount(account));
      const text = options.json
        ? JSON.stringify({ ...answer, accounts }, null, 2)
        : inWords({ ...answer, accounts }, question);
      process.stdout.write(`${text}\n`);
      process.exitCode = accounts.length > 0 ? exitCodes.done : exitCodes.failed;
    });
}

function questionOf(number: string | undefined, { association, account }: LookupOptions): DirectoryQuestion {
  const wanted = Object.entries({ phoneNumber: number, associationId: association, accountId: account });
  const [[by, value] = [], ...others] = wanted.filter(([, given]) => given !== undefined && given !== '');
  if (by === undefined || value === undefined || others.length > 0) {
    throw new Failure(
      'ask for an account in exactly one way',
      'Give its phone number, or --association, or --account.',
      exitCodes.usage,
    );
  }
  if (by === 'phoneNumber') checkNumber(value);
  return { by: by as DirectoryQuestion['by'], value };
}

type ShownAnswer = Omit<DirectoryAnswer, 'accounts'> & {
  readonly accounts: readonly ReturnType<typeof showAccount>[];
};

function inWords({ where, durationMs, accounts, decision }: ShownAnswer, { by }: DirectoryQuestion): string {
  const found = accounts.length === 0 ? [[`${NAMES[by]} is nobody's`]] : accounts.map(accountLines);
  const ofAccount = by === 'accountId' ? ' by an association id of it' : '';
  return [
    `asked         ${shown(where)}, answered in ${durationMs} ms`,
    '',
    found.map((lines) => lines.join('\n')).join('\n\n'),
    '',
    `A sendOtp${ofAccount} ${shown(decisionInWords(decision))}`,
  ].join('\n');
}

const NAMES: Readonly<Record<DirectoryQuestion['by'], string>> = {
  phoneNumber: 'the number',
  associationId: 'the association id',
  accountId: 'the account id',
};

/** Whether they are, the store knows, which is not asked here. [SO-11] */
function withheld(result: string): string {
  return result.startsWith('ACCOUNT_CLOSED')
    ? ' It is 503 while closed accounts are withheld: gsp-otp guard closed'
    : '';
}

function decisionInWords(decision: DirectoryAnswer['decision']): string {
  switch (decision.kind) {
    case 'code':
      return `would send a code for the account ${decision.accountId}, unless a limit stands against it.`;
    case 'result':
      return `would be answered ${decision.result}${decision.meaning ? `: ${decision.meaning}` : ''}.${withheld(decision.result)}`;
    case 'unknown-identifier':
      return 'would be answered 404, INVALID_IDENTIFIER.';
    case 'unavailable':
      return `would be answered 503: ${decision.reason}.`;
  }
}
