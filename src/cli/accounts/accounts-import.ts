import { Command, Option } from 'commander';
import { importIntoAccounts } from '../../operations/accounts.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { abortOnSignal } from '../server/stop-signal.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';
import { createImportProgress } from './import-progress.ts';

type Order = Parameters<typeof importIntoAccounts>[1];
type Problem = Parameters<Order['onProblem']>[0];
type Result = Awaited<ReturnType<typeof importIntoAccounts>>;

type ImportOptions = Parameters<typeof configSources>[0] & {
  readonly dryRun?: true;
  readonly format?: Order['format'];
  readonly rejectFile?: string;
  readonly confirmClosing?: string;
  readonly json?: true;
};

/** How many doubtful rows are told one by one. */
const WARNINGS_MAX = 20;

export function accountsImportCommand(): Command {
  return withConfigOptions(new Command('import'))
    .description('add and update accounts from a file: the whole file or nothing')
    .argument('<file>', 'a .csv or .ndjson file, or - for standard input')
    .addOption(
      new Option('--format <format>', 'format of standard input, or of a file with another ending').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option(
      '--reject-file <file>',
      'apply the good rows, and write the others to this new file, with reasons',
    )
    .option('--confirm-closing <number>', 'close so many accounts, exactly, though they are many')
    .option('--dry-run', 'check everything and show what would be done, but apply nothing')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', help)
    .action(runImport);
}

const help = `
Fields (columns of CSV, members of each object of NDJSON):
  accountId       your own id of the account; required in every row, once in a file
  status          active, not-eligible, closed, closed-account-taken-over or closed-fraud; required for a new account
  phoneNumber     E.164, such as +14035551111
  language        BCP 47 tag of the account's texts, such as pt-BR
  associationIds  as Google sent them in associateAccount; in CSV separated by spaces, in NDJSON an array
  preferred       true or false: of several active accounts with one number, the one that the number alone means
  problem         ignored: --reject-file writes it

CSV is UTF-8, with commas, double quotes where needed, one row per line, and the names of its columns in the first line.
NDJSON has one object per line. A line has at most 1 MiB. A byte order mark, empty lines and rows of empty fields are
ignored.

What happens to an existing account:
  a column or member that is absent   leaves the account's value as it is
  an empty phoneNumber or language    removes the value; so does null in NDJSON
  associationIds                      are added to those of the account; none is ever removed
An account that is not in the file stays as it is. An import deletes none: set them to a closed status.

These are refused, with the number of the line: malformed fields, an account id that occurs twice, an association id of
another account, and a phone number of several active accounts of which not exactly one is preferred. The content of a
line is not repeated, because it is personal data. Numbers are compared digit by digit. A number that no numbering plan
allows, or that has a format from before a renumbering (such as +521 for +52 in Mexico), is applied with a warning,
because Google may use another one.

With --reject-file, rows with problems do not stop the others. They are written to that file, each with its problem in
the last column or first member. Only its owner can read the file, and no existing file is overwritten. Correct it and
import it as it is. A row that is not UTF-8 keeps its bytes. The file contains personal data: delete it when you are
done. With --dry-run it is not written, and the problems are printed instead.

An import that closes more accounts than is plausible (see closedGuard in docs/configuration.md) is not applied: for each,
Google closes the user's payment instrument for good. The summary, also that of --dry-run, tells how many it would close.
If they are right, repeat it with --confirm-closing and that number.

A running server continues and sees the whole file at once. After Ctrl-C nothing is applied.

Examples:
  $ gsp-otp accounts import accounts.csv --dry-run
  $ gsp-otp accounts import accounts.ndjson --json
  $ gsp-otp accounts import accounts.csv 2> problems.txt
  $ gsp-otp accounts import accounts.csv --reject-file rejects.csv
  $ core-system export | gsp-otp accounts import - --format csv

Exit codes:
  0    the whole file was applied, or would be (--dry-run)
  1    it failed, and nothing was applied; or rows were rejected, and the others were applied, or would be (--reject-file)
  2    the file has problems, or closes a number of accounts that is to be confirmed; nothing was applied
  130  stopped by Ctrl-C (143: by SIGTERM); nothing was applied
`;

function formatOf(file: string, asked: Order['format'] | undefined): Order['format'] {
  if (asked !== undefined) return asked;
  const [ending] = /\.(csv|ndjson)$/i.exec(file) ?? [];
  if (ending !== undefined) return ending.toLowerCase() === '.csv' ? 'csv' : 'ndjson';
  const what = file === '-' ? 'standard input has no name' : `${file} does not end in .csv or .ndjson`;
  throw new Failure(
    `${what}, so its format is unknown`,
    'Use --format csv or --format ndjson.',
    exitCodes.usage,
  );
}

function closingOf({ confirmClosing }: ImportOptions): number | undefined {
  if (confirmClosing === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(confirmClosing)) return Number(confirmClosing);
  throw new Failure(
    '--confirm-closing takes the number of accounts that the file closes',
    'See how many they are with --dry-run.',
    exitCodes.usage,
  );
}

async function runImport(file: string, options: ImportOptions): Promise<void> {
  if (options.rejectFile === '' || options.rejectFile === '-')
    throw new Failure(
      '--reject-file needs the name of a file, because the rejected rows contain personal data',
      'Name a file that does not exist yet.',
      exitCodes.usage,
    );
  const format = formatOf(file, options.format);
  const confirmedClosing = closingOf(options);
  const settings = readSomeSettings(configSources(options), [
    ...(['profile', 'dataDirectory', 'store', 'directory', 'closedGuard'] as const),
  ]);
  const signal = abortOnSignal('stopped, nothing was applied', 'Run it again to import the file.');
  const progress = createImportProgress(process.stderr);
  const startedMs = performance.now();
  const fromStdin = file === '-';
  const source = fromStdin ? 'standard input' : file;
  const told = shown(source);
  let warnings = 0;
  const onWarning = (warning: Problem) => {
    warnings += 1;
    const { line, reason } = warning;
    if (warnings > WARNINGS_MAX) return;
    progress.write(`${told}:${line}: warning: phoneNumber ${shown(reason)}; it is applied unchanged\n`);
  };
  try {
    const result = await importIntoAccounts(settings, {
      source,
      ...(fromStdin && { content: process.stdin }),
      format,
      rejectFile: options.rejectFile,
      dryRun: options.dryRun === true,
      confirmedClosing,
      signal,
      onProblem: (problem) => progress.write(describeProblem(told, problem)),
      onWarning,
      onProgress: progress.show,
    });
    // The bar goes before the summary comes.
    progress.stop();
    if (warnings > WARNINGS_MAX)
      process.stderr.write(`${told}: ${count(warnings, 'doubtful number')} in all\n`);
    printResult(told, result, performance.now() - startedMs, { ...options, warnings });
  } finally {
    progress.stop();
    // A pipe that somebody holds open would hold the process.
    if (fromStdin) process.stdin.destroy();
  }
}

/** In the form that editors and other tools take for a place in a file. */
function describeProblem(source: string, { line, field, reason }: Problem): string {
  return `${source}:${line}: ${shown(`${field ?? 'the line'} ${reason}`)}\n`;
}

function printResult(
  source: string,
  result: Result,
  durationMs: number,
  { json, rejectFile, warnings }: ImportOptions & { readonly warnings: number },
): void {
  const { outcome, rows, problems, rejected, counts, toConfirm } = result;
  const rowsPerSecond = Math.round(rows / (durationMs / 1000));
  const unchanged = counts && result.applicable - counts.created - counts.changed;
  if (json) {
    const summary = {
      outcome,
      rows,
      problems,
      ...(warnings > 0 && { warnings }),
      ...(rejectFile !== undefined && { rejected }),
      ...counts,
      unchanged,
      ...(toConfirm && { toConfirm }),
      durationMs: Math.round(durationMs),
      rowsPerSecond,
    };
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  } else if (counts === undefined) {
    process.stderr.write(`${source}: ${count(problems, 'problem')}; nothing was applied.\n`);
  } else if (outcome !== 'unconfirmed') {
    const written = outcome === 'tried' ? 'to be written' : 'written';
    const lines = [
      `${source}: ${count(result.applicable, 'row')} ${outcome === 'tried' ? 'would be applied; nothing was (--dry-run)' : 'applied'}`,
      `  created       ${count(counts.created, 'account')}`,
      `  changed       ${count(counts.changed, 'account')}, ${counts.closed} of them closed by it`,
      `  unchanged     ${count(unchanged ?? 0, 'account')}`,
      `  associations  ${counts.associationsAdded.toLocaleString('en')} added`,
      ...(rejected > 0
        ? [`  rejected      ${count(rejected, 'row')}, ${written} with reasons to ${shown(rejectFile ?? '')}`]
        : []),
      `  time          ${(durationMs / 1000).toFixed(1)} s, ${rowsPerSecond.toLocaleString('en')} rows/s`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (toConfirm && !json) process.stderr.write(`${source}: ${closingWords(toConfirm, outcome)}\n`);
  process.exitCode =
    outcome === 'refused' || outcome === 'unconfirmed'
      ? exitCodes.usage
      : rejected > 0
        ? exitCodes.failed
        : exitCodes.done;
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`;
}

function closingWords(
  { closing, held }: NonNullable<Result['toConfirm']>,
  outcome: Result['outcome'],
): string {
  const closes = `it ${outcome === 'tried' ? 'would close' : 'closes'} ${count(closing, 'account')} of ${held.toLocaleString('en')}`;
  const nothing = outcome === 'tried' ? 'it would not be applied' : 'nothing was applied';
  return `${closes}, for each of which Google closes the payment instrument for good; ${nothing} without --confirm-closing ${closing}.`;
}
