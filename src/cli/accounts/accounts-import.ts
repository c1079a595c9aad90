import { Command, Option } from 'commander';
import { importIntoAccounts } from '../../operations/accounts.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { abortOnSignal } from '../server/stop-signal.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { createImportProgress } from './import-progress.ts';

type Order = Parameters<typeof importIntoAccounts>[1];
type Problem = Parameters<Order['onProblem']>[0];
type Result = Awaited<ReturnType<typeof importIntoAccounts>>;

type ImportOptions = Parameters<typeof configSources>[0] & {
  readonly dryRun?: true;
  readonly format?: Order['format'];
  readonly rejectFile?: string;
  readonly json?: true;
};

/** How many doubtful rows are told one by one. */
const WARNINGS_MAX = 20;

export function accountsImportCommand(): Command {
  return withConfigOptions(new Command('import'))
    .description(
      'add accounts from a file and change those that are there already: the whole file or nothing',
    )
    .argument('<file>', 'a .csv or .ndjson file, or - for standard input')
    .addOption(
      new Option('--format <format>', 'of standard input, or of a file of another name').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option(
      '--reject-file <file>',
      'apply the good rows, and write the others to this new file, with reasons',
    )
    .option('--dry-run', 'check everything, tell what would be done, and keep nothing')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', help)
    .action(runImport);
}

const help = `
Fields (columns of CSV, members of each object of NDJSON):
  accountId       your own id of the account; needed in every row, once in a file
  status          active, not-eligible, closed, closed-account-taken-over or closed-fraud; needed for a new account
  phoneNumber     E.164, such as +14035551111
  language        BCP 47 tag of the account's texts, such as pt-BR
  associationIds  as Google sent them in associateAccount; in CSV with a space between two, in NDJSON an array
  preferred       true or false: of several active accounts with one number, the one that the number alone means
  problem         passed over: --reject-file writes it

CSV is UTF-8, with commas, double quotes where needed, one row a line, and the names of its columns in the first line.
NDJSON has one object a line. A line has 1 MiB at most. A byte order mark, empty lines and rows of empty fields are
passed over.

What happens to an account that is there already:
  a column or member that is absent   leaves the account's value as it is
  an empty phoneNumber or language    takes the value away; so does null in NDJSON
  associationIds                      are added to those that the account has; none is ever taken away
An account that is not in the file stays as it is. Accounts are never deleted: set them to a closed status.

Refused, each line by its number: malformed fields, an account id twice, an association id of another account, and a
phone number of several active accounts of which not exactly one is preferred. What a line says is not repeated, since that is personal data.
Numbers are compared to the digit. One that no numbering plan allows, or that is written in a form of before a renumbering
(such as +521 for +52 in Mexico), is applied and told, for Google may ask with another one.

With --reject-file, rows with problems don't stop the others: they go to that file, for its owner alone and never over
another one, each with its problem in the last column or first member. Correct it and import it as it is. A row that is
not UTF-8 keeps its bytes. It holds personal data: delete it when you are done. With --dry-run it is not written, and
the problems are told instead.

A running server serves on meanwhile and sees the whole file at once. Ctrl-C leaves nothing applied.

Examples:
  $ gsp-otp accounts import accounts.csv --dry-run
  $ gsp-otp accounts import accounts.ndjson --json
  $ gsp-otp accounts import accounts.csv 2> problems.txt
  $ gsp-otp accounts import accounts.csv --reject-file rejects.csv
  $ core-system export | gsp-otp accounts import - --format csv

Exit codes:
  0    the whole file was applied, or would be (--dry-run)
  1    it could not be done, and nothing was applied; or rows were rejected, and the others were, or would be (--reject-file)
  2    the file has problems; nothing was applied
  130  stopped by Ctrl-C (143: by SIGTERM); nothing was applied
`;

function formatOf(file: string, asked: Order['format'] | undefined): Order['format'] {
  if (asked !== undefined) return asked;
  const [ending] = /\.(csv|ndjson)$/i.exec(file) ?? [];
  if (ending !== undefined) return ending.toLowerCase() === '.csv' ? 'csv' : 'ndjson';
  const what = file === '-' ? 'standard input has no name' : `${file} doesn't end in .csv or .ndjson`;
  throw new Failure(
    `${what}, which would tell its format`,
    'Say --format csv or --format ndjson.',
    exitCodes.usage,
  );
}

async function runImport(file: string, options: ImportOptions): Promise<void> {
  if (options.rejectFile === '' || options.rejectFile === '-')
    throw new Failure(
      '--reject-file needs the name of a file, since the rejects hold personal data',
      'Name one that is not there yet.',
      exitCodes.usage,
    );
  const format = formatOf(file, options.format);
  const settings = readDataSettings(configSources(options), 'directory');
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
    progress.write(`${told}:${line}: warning: phoneNumber ${shown(reason)}; it is applied as it is\n`);
  };
  try {
    const result = await importIntoAccounts(settings, {
      source,
      ...(fromStdin && { content: process.stdin }),
      format,
      rejectFile: options.rejectFile,
      dryRun: options.dryRun === true,
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
  const { outcome, rows, problems, rejected, counts } = result;
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
      durationMs: Math.round(durationMs),
      rowsPerSecond,
    };
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  } else if (counts === undefined) {
    process.stderr.write(`${source}: ${count(problems, 'problem')}; nothing was applied.\n`);
  } else {
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
  process.exitCode =
    outcome === 'refused' ? exitCodes.usage : rejected > 0 ? exitCodes.failed : exitCodes.done;
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`;
}
