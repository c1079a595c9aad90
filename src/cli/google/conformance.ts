import { Command, InvalidArgumentError, Option } from 'commander';
import { type ReportFormat, reportFormats } from '../../../conformance/reports/report.ts';
import { planLines, planText, progressLine } from '../../../conformance/reports/text.ts';
import { writeReport } from '../../../conformance/reports/write-report.ts';
import type { ConformanceConfig } from '../../../conformance/run/config.ts';
import { ConformanceConfigError } from '../../../conformance/run/config-error.ts';
import { CouldNotRun } from '../../../conformance/run/could-not-run.ts';
import { parseExpectedFailures } from '../../../conformance/run/expected-failures.ts';
import { readConformanceConfig } from '../../../conformance/run/read-config.ts';
import { planConformance, runConformance } from '../../../conformance/run/suite.ts';
import { readTextFile, TEXT_BYTES_MAX, UnreadableFile } from '../../config/read-file.ts';
import { exitCodeFor, stoppedBy, stopSignal } from '../server/stop-signal.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { proveWritable, writeReportFile } from './report-file.ts';

interface ConformanceOptions {
  readonly config?: string;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly list?: true;
  readonly dryRun?: true;
  readonly report: ReportFormat;
  readonly output?: string;
  readonly reveal?: true;
  readonly expectedFailures?: string;
  readonly seed?: number;
  readonly parallel?: number;
}

/** Plays Google against any endpoint and reports what it does otherwise than the protocol says. */
export function conformanceCommand(): Command {
  return new Command('conformance')
    .argument('[url]', 'https://host/base-path (default: url in the configuration)')
    .option('--config <file>', 'YAML file: keys, test subjects, how to read texts')
    .option('--only <words...>', 'families, check ids or requirement ids, such as IDEM or echo', collectWords)
    .option('--skip <words...>', 'the same, to leave out', collectWords)
    .option('--list', 'show the checks and stop')
    .option('--dry-run', 'show what would be sent and stop')
    .addOption(new Option('--report <format>', 'what to write').choices(reportFormats).default('text'))
    .option('--output <file>', 'where to write it (default: standard output)')
    .option('--reveal', 'show phone numbers, codes and tokens in the report')
    .option(
      '--expected-failures <file>',
      'file of check ids that may fail, one per line; one that passes is an error',
    )
    .option('--seed <number>', 'repeat the choices of an earlier run', parseCount)
    .option('--parallel <number>', 'checks at once (default: 1)', parseCount)
    .addHelpText('after', examples)
    .action(examine);
}

const examples = `
Examples:
  $ gsp-otp conformance http://localhost:8080 --config conformance.yaml
  $ gsp-otp conformance --config conformance.yaml --dry-run
  $ gsp-otp conformance --config conformance.yaml --only IDEM verify-otp
  $ gsp-otp conformance --config conformance.yaml --report html --output conformance.html

Exit code: 0 if no MUST failed; 1 if one did; 2 if the run could not begin, the examiner itself failed, or the report
could not be written to its file, which puts it on standard output; 130 if Ctrl-C stopped it (143: SIGTERM), with a
report of the checks before, if any began. After the first Ctrl-C the check under way ends; a second one gives it up, and ends an
outage of the gateway that it began; a third one ends everything at once.
`;

async function examine(url: string | undefined, options: ConformanceOptions): Promise<void> {
  try {
    const config = {
      ...(options.config === undefined ? {} : readConformanceConfig(options.config)),
      ...(url === undefined ? {} : { url }),
    };
    const list = options.expectedFailures;
    const asked = {
      ...options,
      expectedFailures: list === undefined ? [] : parseExpectedFailures(readList(list)),
    };
    const plan = planConformance(config, asked);
    if (options.output !== undefined) proveWritable(options.output);
    if (options.list || options.dryRun) {
      process.stdout.write(planLines(plan, options.dryRun === true));
      process.stdout.write(`${planText(plan)}\n`);
      return;
    }
    await run(config, asked);
  } catch (cause) {
    if (!(cause instanceof ConformanceConfigError) && !(cause instanceof CouldNotRun)) throw cause;
    throw new Failure(cause.message, 'Nothing was examined. docs/conformance.md says how.', exitCodes.usage);
  }
}

type Asked = Omit<ConformanceOptions, 'expectedFailures'> & { readonly expectedFailures: readonly string[] };

async function run(config: ConformanceConfig, options: Asked): Promise<void> {
  const stop = new AbortController();
  const hurry = new AbortController();
  let stopCode: number | undefined;
  let begun = false;
  const giveUp = (signal: NodeJS.Signals) =>
    hurry.abort(stoppedBy(signal, 'stopped', 'Nothing was examined.'));
  stopSignal(giveUp).then((signal) => {
    // No check is under way, and no report would have anything in it.
    if (!begun) return giveUp(signal);
    stopCode = exitCodeFor(signal);
    console.error(
      `${signal}: the check under way ends, then comes the report; once more, and it is given up`,
    );
    stop.abort();
  });
  const { run: result, masks } = await runConformance(config, {
    ...options,
    signal: stop.signal,
    giveUp: hurry.signal,
    onWait: (message) => console.error(message),
    onPlan: (plan) => {
      begun = true;
      console.error(planText(plan));
    },
    onOutcome: (outcome, done, total) => console.error(progressLine(outcome, done, total)),
  });
  const report = writeReport(options.report, { run: result, masks: options.reveal ? undefined : masks });
  process.exitCode = result.stopped ? stopCode : result.exitCode;
  if (options.output === undefined) process.stdout.write(report);
  else if (!writeReportFile(options.output, report)) process.exitCode = exitCodes.usage;
  // What a check was waiting for when it was given up.
  if (hurry.signal.aborted) process.exit();
}

function readList(file: string): string {
  try {
    return readTextFile(file, TEXT_BYTES_MAX);
  } catch (cause) {
    if (!(cause instanceof UnreadableFile)) throw cause;
    throw new CouldNotRun(`--expected-failures: ${cause.message}`);
  }
}

/** With spaces or commas between two, as other lists have. */
function collectWords(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...text.split(',').filter((word) => word !== '')];
}

function parseCount(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('expected a whole number.');
  return Number(value);
}
