import { Command } from 'commander';
import { inspectTemplates, type TemplateSettings } from '../compose-templates.ts';
import { ConfigError } from '../config/faults.ts';
import type { ConfigSources } from '../config/layers.ts';
import { inspectConfig } from '../config.ts';
import { configSources, withConfigOptions } from './config-options.ts';
import { exitCodes } from './failure.ts';

type TemplateReport = ReturnType<typeof inspectTemplates>;
type TextReport = TemplateReport['texts'][number];

/** The texts of the messages. */
export function templatesCommand(): Command {
  return new Command('templates')
    .description('check the texts that are sent')
    .addCommand(checkCommand())
    .addHelpText('after', examples);
}

function checkCommand(): Command {
  return withConfigOptions(new Command('check'))
    .description('measure every text with your brand and the longest code: does it fit?')
    .option('--json', 'print the measurements as JSON')
    .addHelpText('after', checkHelp)
    .action((options) => {
      const report = inspectTemplates(readTemplateSettings(configSources(options)));
      for (const warning of report.warnings) process.stderr.write(`warning: ${warning}\n`);
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : showReport(report));
      process.exitCode = report.fits ? exitCodes.done : exitCodes.failed;
    });
}

const examples = `
Examples:
  $ gsp-otp templates check --config gsp-otp.yaml
  $ gsp-otp templates check --set sms.brand="Banco Exemplo" --set codes.length=8
  $ gsp-otp templates check --set sms.templatesFile=texts.yaml --json
`;

const checkHelp = `${examples}
Every message has to fit one segment and 140 bytes. Your own texts stand in the file that sms.templatesFile names,
by language and context:
  pt-BR:
    general: 'Use {code} para continuar em {brand}.'
    association: 'Use {code} para vincular {brand}.'
The contexts are association, mandateCreation, associationWithMandateCreation, and general, which serves requests
without a context. What is not in the file stays as it is shipped. The SMS matching token gets a line of its own.

Exit codes:
  0  every text fits
  1  a text does not fit
  2  the configuration or a text is wrong
`;

/**
 * Only the settings that texts depend on have to be sound: texts are checked where production's secrets are not.
 * Throws `ConfigError` if one of those settings is faulty.
 */
function readTemplateSettings(sources: ConfigSources): TemplateSettings {
  const { faults, values } = inspectConfig(sources);
  const relevant = faults.filter(({ path }) => /^(|sms|sms\.(?!gateway).*|codes|codes\.length)$/.test(path));
  if (relevant.length > 0) throw new ConfigError(relevant);
  return values as TemplateSettings;
}

function showReport({ texts, brand, codeLength, fits }: TemplateReport): string {
  const misfits = texts.filter((text) => !text.fits);
  const lines = [
    showRow('language', 'context', 'encoding', 'units', 'bytes'),
    ...texts.map(showText),
    '',
    ...misfits.flatMap(showMisfit),
    `${texts.length} texts, with the brand "${brand}" and codes of ${codeLength} digits: ${
      fits ? 'all fit.' : `${misfits.length} do not fit.`
    }`,
    ...(fits
      ? []
      : ['Languages that none of your accounts has can be left out: sms.languages lists those to keep.']),
  ];
  return `${lines.join('\n')}\n`;
}

function showText(text: TextReport): string {
  const { language, context, encoding, units, unitsMax, bytes, bytesMax, fits } = text;
  const row = showRow(
    language,
    context,
    encoding.toUpperCase(),
    `${units}/${unitsMax}`,
    `${bytes}/${bytesMax}`,
  );
  return fits ? row : `${row}  does not fit`;
}

function showRow(language: string, context: string, encoding: string, units: string, bytes: string): string {
  const words = `${language.padEnd(10)} ${context.padEnd(30)} ${encoding.padEnd(8)}`;
  return `${words} ${units.padStart(7)} ${bytes.padStart(7)}`;
}

function showMisfit({ language, context, misfit, suggestions }: TextReport): string[] {
  return [`${language}.${context} has ${misfit}:`, ...suggestions.map((suggestion) => `- ${suggestion}`), ''];
}
