import { Command } from 'commander';
import { describeFault, describeOrigin } from '../../config/faults.ts';
import { judgeSettings, listSettings } from '../../operations/settings.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { type ConfigInspection, inspectConfig } from '../../settings/load.ts';
import { writeReference } from '../../settings/reference.ts';
import type { Settings } from '../../settings/settings.ts';
import { accountsKeptElsewhere } from '../../wiring/data-kinds.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes } from '../terminal/failure.ts';

export function configCommand(): Command {
  return new Command('config')
    .addCommand(checkCommand())
    .addCommand(printCommand())
    .addCommand(referenceCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp config check --config gsp-otp.yaml
  $ gsp-otp config print --set http.port=8443
  $ gsp-otp config reference | less
`,
    );
}

function checkCommand(): Command {
  return withConfigOptions(new Command('check'))
    .description('show everything that is wrong with the configuration')
    .option('--json', 'print the faults as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp config check --config gsp-otp.yaml
  $ gsp-otp config check --config gsp-otp.yaml --json

Exit code: 0 if the configuration is valid, 2 if not.
`,
    )
    .action((options) => checkConfig(inspectConfig(configSources(options)), options.json));
}

function printCommand(): Command {
  return withConfigOptions(new Command('print'))
    .description('show every setting in force and where it comes from; secrets are masked')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp config print --config gsp-otp.yaml
  $ gsp-otp config print --set http.port=8443 --json

Exit code: 0 if the configuration is valid, 2 if not.
`,
    )
    .action((options) => printConfig(inspectConfig(configSources(options)), options.json));
}

function referenceCommand(): Command {
  return new Command('reference')
    .description('print docs/configuration.md: every setting with its meaning, bounds and default')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp config reference | less
  $ gsp-otp config reference > configuration.md
`,
    )
    .action(() => void process.stdout.write(writeReference()));
}

async function checkConfig(inspection: ConfigInspection, json: boolean): Promise<void> {
  const { faults, warnings } = await judgeSettings(inspection, Date.now());
  if (json) {
    process.stdout.write(`${JSON.stringify({ faults, warnings }, null, 2)}\n`);
  } else {
    for (const warning of warnings) process.stderr.write(`warning: ${shown(warning)}\n`);
    for (const fault of faults) process.stderr.write(`${describeFault(fault)}\n`);
    if (faults.length === 0) process.stdout.write(`The configuration is valid.\n${noteOf(inspection)}`);
  }
  process.exitCode = faults.length === 0 ? exitCodes.done : exitCodes.usage;
}

/** What of the program doesn't go with a directory of somebody else's. */
function noteOf({ values }: ConfigInspection): string {
  const elsewhere = accountsKeptElsewhere(values as Settings);
  if (elsewhere === undefined) return '';
  return `Accounts are looked up in ${shown(elsewhere)}, and kept there: gsp-otp accounts, migrate and backup leave them alone.\n`;
}

function printConfig(inspection: ConfigInspection, json: boolean): void {
  const rows = listSettings(inspection).map((row) => ({ ...row, origin: describeOrigin(row.origin) }));
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    const pathWidth = Math.max(...rows.map(({ path }) => path.length));
    const told = rows.map((row) => ({ ...row, text: shown(showValue(row.value)) }));
    const valueWidth = Math.min(40, Math.max(...told.map(({ text }) => text.length)));
    for (const { path, text, origin } of told) {
      process.stdout.write(`${path.padEnd(pathWidth)}  ${text.padEnd(valueWidth)}  ${origin}\n`);
    }
  }
  for (const fault of inspection.faults) process.stderr.write(`${describeFault(fault)}\n`);
  process.exitCode = inspection.faults.length === 0 ? exitCodes.done : exitCodes.usage;
}

function showValue(value: unknown): string {
  if (value === null) return '(not set)';
  if (typeof value !== 'object') return String(value);
  const text = JSON.stringify(value);
  return text.startsWith('"') ? JSON.parse(text) : text;
}
