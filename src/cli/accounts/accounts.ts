import { Argument, Command } from 'commander';
import { editAccounts } from '../../operations/accounts.ts';
import type { AccountStatus } from '../../ports/account-directory.ts';
import { hiddenInId, shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { accountsImportCommand } from './accounts-import.ts';
import { accountsExportCommand, accountsListCommand } from './accounts-list.ts';
import { accountLines, showAccount } from './shown-account.ts';

type AccountEditor = Awaited<ReturnType<typeof editAccounts>>;
type FoundAccount = Awaited<ReturnType<AccountEditor['find']>>[number];

/** What Google is told of an account in each status, when an association id names it. [SO-10, SO-14] */
const resultByStatus: Readonly<Record<AccountStatus, string>> = {
  active: 'SUCCESS: it gets codes',
  'not-eligible': 'NOT_ELIGIBLE',
  closed: 'ACCOUNT_CLOSED',
  'closed-account-taken-over': 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER',
  'closed-fraud': 'ACCOUNT_CLOSED_FRAUD',
};

/** The accounts of a directory of ours. A running server sees every change at once. */
export function accountsCommand(): Command {
  return new Command('accounts')
    .addCommand(accountsImportCommand())
    .addCommand(showCommand())
    .addCommand(setStatusCommand())
    .addCommand(associateCommand())
    .addCommand(accountsListCommand(Object.keys(resultByStatus)))
    .addCommand(accountsExportCommand())
    .addCommand(deleteCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp accounts import accounts.csv --dry-run
  $ gsp-otp accounts show --association-id ID
  $ gsp-otp accounts set-status wallet-1001 not-eligible
  $ gsp-otp accounts associate wallet-1001 ID
  $ gsp-otp accounts list --status closed
  $ gsp-otp accounts export accounts.ndjson
  $ gsp-otp accounts delete wallet-1001 --yes
`,
    );
}

type ShowOptions = Parameters<typeof configSources>[0] & {
  readonly accountPhoneNumber?: string;
  readonly associationId?: string;
  readonly reveal?: true;
  readonly json?: true;
};

function showCommand(): Command {
  return withConfigOptions(new Command('show'))
    .description('show an account by its id or by an association id, or all accounts with a phone number')
    .argument('[account-id]', 'your own id of the account')
    .option('--account-phone-number <number>', 'E.164, such as +14035551111')
    .option('--association-id <id>', 'id of an association, as Google sends it')
    .option('--reveal', 'show phone numbers unmasked')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp accounts show wallet-1001
  $ gsp-otp accounts show --account-phone-number +14035551111 --json
  $ gsp-otp accounts show --association-id ID --reveal

Exit code: 1 if there is no such account.
`,
    )
    .action(async (accountId: string | undefined, options: ShowOptions) => {
      const { accountPhoneNumber: phoneNumber, associationId, reveal } = options;
      const wanted = Object.entries({ accountId, phoneNumber, associationId }).filter(([, value]) => value);
      const [[key, value] = [], ...others] = wanted;
      if (value === undefined || others.length > 0) {
        throw new Failure(
          'name the account in exactly one way',
          'Use its id, or --account-phone-number, or --association-id.',
          exitCodes.usage,
        );
      }
      const found = await withAccounts(options, (accounts) => accounts.find(key as 'accountId', value));
      if (found.length === 0) {
        throw new Failure(
          `no account has that ${key}`,
          `Ids and numbers are compared exactly, numbers in E.164${hiddenIn(value)}.`,
        );
      }
      const accounts = found.map((account) => withAssociations(account, reveal));
      print(options, accounts, accounts.map(asText).join('\n\n'));
    });
}

function setStatusCommand(): Command {
  const statuses = Object.keys(resultByStatus);
  return withConfigOptions(new Command('set-status'))
    .description('change the status of an account')
    .argument('<account-id>', 'your own id of the account')
    .addArgument(new Argument('<status>', 'the new status').choices(statuses))
    .option('--yes', 'close the account, for good as far as Google is concerned')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
What sendOtp answers for an account with that status, when it comes with an association id:
${Object.entries(resultByStatus)
  .map(([status, result]) => `  ${status.padEnd(26)} ${result}`)
  .join('\n')}

After any ACCOUNT_CLOSED result, Google closes the user's payment instrument, and no later status restores it: the user
has to add a new one. That is why --yes is required.

Examples:
  $ gsp-otp accounts set-status wallet-1001 not-eligible
  $ gsp-otp accounts set-status wallet-1001 closed-fraud --yes

Exit code: 1 if there is no such account, or if it cannot become active because another active account has its number.
`,
    )
    .action(async (accountId: string, status: AccountStatus, options) => {
      confirmClosing(status, options.yes);
      const outcome = await withAccounts(options, (accounts) => accounts.setStatus(accountId, status));
      if (outcome === 'unknown-account') throw unknownAccount(accountId);
      // [OQ-29]
      if (outcome === 'number-taken') {
        throw new Failure(
          'another active account has the phone number of this one',
          'At most one account with a number may be active, unless exactly one of them is preferred: change the other one first.',
        );
      }
      print(options, { accountId, status }, `The account is ${status} now.`);
    });
}

function associateCommand(): Command {
  return withConfigOptions(new Command('associate'))
    .description('add an association id to an account, by which Google can name it')
    .argument('<account-id>', 'your own id of the account')
    .argument('<association-id>', 'as Google sent it in associateAccount')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
An association id belongs to one account for the life of the contract, and is never moved to another one. Repeating the
command changes nothing.

Example:
  $ gsp-otp accounts associate wallet-1001 ID

Exit code: 1 if there is no such account, or if the association id belongs to another one.
`,
    )
    .action(async (accountId: string, associationId: string, options) => {
      const outcome = await withAccounts(options, (accounts) => accounts.associate(accountId, associationId));
      if (outcome === 'unknown-account') throw unknownAccount(accountId);
      // [FLOW-4]
      if (outcome === 'taken') {
        throw new Failure(
          'the association id belongs to another account',
          'To see which one: gsp-otp accounts show --association-id ID. It stays with that account.',
        );
      }
      if (outcome === 'malformed') {
        throw new Failure(
          'that is not an association id',
          `It has 1 to 1024 visible characters, and no space at either end${hiddenIn(associationId)}.`,
          exitCodes.usage,
        );
      }
      print(options, { accountId, associationId }, 'The association id now belongs to the account.');
    });
}

function deleteCommand(): Command {
  return withConfigOptions(new Command('delete'))
    .description('delete an account with its association ids, as if it had never been there')
    .argument('<account-id>', 'your own id of the account')
    .option('--yes', 'delete it; required')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Google is not told that the account is closed: a sendOtp by its association id is answered 404 INVALID_IDENTIFIER from then
on, one by its number UNKNOWN_PHONE_NUMBER. To have Google close the user's payment instrument, set the account to a closed
status first, and delete it when its retention has passed. Its association ids could be given to another account. A code
that is out ends when it is entered. The records of its requests stay: gsp-otp person erase.

Example:
  $ gsp-otp accounts delete wallet-1001 --yes

Exit code: 1 if there is no such account.
`,
    )
    .action(async (accountId: string, options) => {
      if (!options.yes)
        throw new Failure(
          'Google is not told that a deleted account is closed, and its association ids are forgotten',
          'To confirm, run it again with --yes. To have the instrument closed, see gsp-otp accounts set-status.',
          exitCodes.usage,
        );
      const outcome = await withAccounts(options, (accounts) => accounts.delete(accountId));
      if (outcome === 'unknown-account') throw unknownAccount(accountId);
      print(options, { accountId, outcome }, 'The account is deleted.');
    });
}

async function withAccounts<T>(
  options: Parameters<typeof configSources>[0],
  use: (accounts: AccountEditor) => Promise<T>,
): Promise<T> {
  const accounts = await editAccounts(readDataSettings(configSources(options), 'store', 'directory'));
  try {
    return await use(accounts);
  } finally {
    await accounts.close();
  }
}

/** Google closes the user's instrument for good. [SO-11] */
function confirmClosing(status: AccountStatus, yes: true | undefined): void {
  if (!status.startsWith('closed')) return;
  const warning = `with ${status}, Google closes the user's payment instrument at the next sendOtp, for good`;
  if (yes) process.stderr.write(`warning: ${warning}\n`);
  else throw new Failure(warning, 'To confirm, run it again with --yes.', exitCodes.usage);
}

function unknownAccount(accountId: string): Failure {
  return new Failure('there is no such account', `Account ids are compared exactly${hiddenIn(accountId)}.`);
}

/** What a paste brought along and nobody sees, as a sentence about an id goes on; empty: nothing. [OQ-85] */
function hiddenIn(id: string): string {
  const hidden = hiddenInId(id);
  return hidden === undefined ? '' : `. This one has ${hidden}`;
}

function withAssociations(account: FoundAccount, reveal: true | undefined) {
  return { ...showAccount(account, reveal), associationIds: account.associationIds };
}

function asText(account: ReturnType<typeof withAssociations>): string {
  const ids = account.associationIds.map(shown).join(`\n${' '.repeat(14)}`);
  return [...accountLines(account), `associations  ${ids || '(none)'}`].join('\n');
}

function print({ json }: { readonly json?: true }, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
}
