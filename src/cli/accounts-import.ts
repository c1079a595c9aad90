import { constants } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { importIntoAccounts } from '../compose-accounts.ts';
import { readAccountSettings } from './account-settings.ts';
import { configSources, withConfigOptions } from './config-options.ts';
import { exitCodes, Failure } from './failure.ts';
import { createImportProgress } from './import-progress.ts';
import { stopSignal } from './stop-signal.ts';

type Order = Parameters<typeof importIntoAccounts>[1];
type Problem = Parameters<Order['onProblem']>[0];
type Result = Awaited<ReturnType<typeof importIntoAccounts>>;

type ImportOptions = Parameters<typeof configSources>[0] & {
  readonly dryRun?: true;
  readonly json?: true;
};

interface SourceFile {
  readonly source: string;
  readonly format: Order['format'];
}

export function accountsImportCommand(): Command {
  return withConfigOptions(new Command('import'))
    .description(
      'add accounts from a file and change those that are there already: the whole file or nothing',
    )
    .argument('<file>', 'a .csv or .ndjson file', parseFileName)
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

CSV is UTF-8, with commas, double quotes where needed, one row a line, and the names of its columns in the first line.
NDJSON has one object a line. A line has 1 MiB at most.

What happens to an account that is there already:
  a column or member that is absent   leaves the account's value as it is
  an empty phoneNumber or language    takes the value away; so does null in NDJSON
  associationIds                      are added to those that the account has; none is ever taken away
An account that is not in the file stays as it is. Accounts are never deleted: set them to a closed status.

Refused, each line by its number: malformed fields, an account id twice, an association id of another account, and a
phone number that would be that of two active accounts. What a line says is not repeated, since that is personal data.
A running server serves on meanwhile and sees the whole file at once. Ctrl-C leaves nothing applied.

Examples:
  $ gsp-otp accounts import accounts.csv --dry-run
  $ gsp-otp accounts import accounts.ndjson --json
  $ gsp-otp accounts import accounts.csv 2> problems.txt

Exit codes:
  0    the whole file was applied, or would be (--dry-run)
  1    it could not be done; nothing was applied
  2    the file has problems; nothing was applied
  130  stopped by Ctrl-C (143: by SIGTERM); nothing was applied
`;

function parseFileName(source: string): SourceFile {
  if (source.endsWith('.csv')) return { source, format: 'csv' };
  if (source.endsWith('.ndjson')) return { source, format: 'ndjson' };
  throw new InvalidArgumentError('Its name ends in .csv or .ndjson, which tells its format.');
}

async function runImport(file: SourceFile, options: ImportOptions): Promise<void> {
  const settings = readAccountSettings(configSources(options));
  const stop = new AbortController();
  stopSignal().then((signal) => stop.abort(stoppedBy(signal)));
  const progress = createImportProgress(process.stderr);
  const startedMs = performance.now();
  try {
    const result = await importIntoAccounts(settings, {
      ...file,
      dryRun: options.dryRun === true,
      signal: stop.signal,
      onProblem: (problem) => progress.write(describeProblem(file, problem)),
      onProgress: progress.show,
    });
    // The bar goes before the summary comes.
    progress.stop();
    printResult(file, result, performance.now() - startedMs, options);
  } finally {
    progress.stop();
  }
}

function stoppedBy(signal: NodeJS.Signals): Failure {
  const exitCode = 128 + constants.signals[signal];
  return new Failure(`${signal}: stopped, nothing was applied`, 'Run it again to import the file.', exitCode);
}

/** In the form that editors and other tools take for a place in a file. */
function describeProblem({ source }: SourceFile, { line, field, reason }: Problem): string {
  return `${source}:${line}: ${field ?? 'the line'} ${reason}\n`;
}

function printResult(
  { source }: SourceFile,
  result: Result,
  durationMs: number,
  { json }: ImportOptions,
): void {
  const { outcome, rows, problems, counts } = result;
  const rowsPerSecond = Math.round(rows / (durationMs / 1000));
  const unchanged = counts && rows - counts.created - counts.changed;
  if (json) {
    const summary = {
      outcome,
      rows,
      problems,
      ...counts,
      unchanged,
      durationMs: Math.round(durationMs),
      rowsPerSecond,
    };
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  } else if (counts === undefined) {
    process.stderr.write(`${source}: ${count(problems, 'problem')}; nothing was applied.\n`);
  } else {
    const lines = [
      `${source}: ${count(rows, 'row')} ${outcome === 'tried' ? 'would be applied; nothing was (--dry-run)' : 'applied'}`,
      `  created       ${count(counts.created, 'account')}`,
      `  changed       ${count(counts.changed, 'account')}, ${counts.closed} of them closed by it`,
      `  unchanged     ${count(unchanged ?? 0, 'account')}`,
      `  associations  ${counts.associationsAdded.toLocaleString('en')} added`,
      `  time          ${(durationMs / 1000).toFixed(1)} s, ${rowsPerSecond.toLocaleString('en')} rows/s`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  process.exitCode = outcome === 'refused' ? exitCodes.usage : exitCodes.done;
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`;
}
