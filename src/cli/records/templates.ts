import { Command } from 'commander';
import { inspectTemplates, listTexts } from '../../operations/templates.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes } from '../terminal/failure.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

type TemplateSettings = Parameters<typeof listTexts>[0];
type TemplateReport = ReturnType<typeof inspectTemplates>;
type TextReport = TemplateReport['texts'][number];

/** Those that texts depend on: texts are checked where the server's secrets are not. */
const textSettings = [
  'sms.brand',
  'sms.defaultLanguage',
  'sms.languages',
  'sms.tokenLine',
  'sms.templatesFile',
  'codes.length',
] as const;

/** The texts of the messages. */
export function templatesCommand(): Command {
  return new Command('templates')
    .addCommand(showCommand())
    .addCommand(checkCommand())
    .addHelpText('after', examples);
}

function showCommand(): Command {
  return withConfigOptions(new Command('show'))
    .description(
      'print the wording of every text with its variables, for lawyers, translators and registries',
    )
    .option('--json', 'print the texts as JSON')
    .addHelpText('after', showHelp)
    .action((options) => {
      const settings = readSomeSettings(configSources(options), textSettings);
      const texts = listTexts(settings);
      const { brand } = settings.sms;
      const text = options.json
        ? `${JSON.stringify({ brand, codeLength: settings.codes.length, texts }, null, 2)}\n`
        : showWordings(texts, settings);
      process.stdout.write(text);
    });
}

function showWordings(texts: ReturnType<typeof listTexts>, { sms, codes }: TemplateSettings): string {
  const blocks = texts.map(({ language, context, source, message }) => {
    const lines = message.split('\n').map((line) => `  ${line}`.trimEnd());
    return [`${language}.${context}${source === 'own' ? ' (your own)' : ''}`, ...lines, ''].join('\n');
  });
  const legend = [
    `${texts.length} texts. {brand} is "${shown(sms.brand)}", {code} has ${codes.length} digits, and {smsMatchingToken} is`,
    'what Google sends along. No native speaker has read the texts that come with the program: have yours read.',
  ];
  return `${[...blocks, ...legend].join('\n')}\n`;
}

function checkCommand(): Command {
  return withConfigOptions(new Command('check'))
    .description('check that every text fits into one segment, with your brand and the longest code')
    .option('--json', 'print the measurements as JSON')
    .addHelpText('after', checkHelp)
    .action((options) => {
      const report = inspectTemplates(readSomeSettings(configSources(options), textSettings));
      for (const warning of report.warnings) process.stderr.write(`warning: ${shown(warning)}\n`);
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : showReport(report));
      process.exitCode = report.fits ? exitCodes.done : exitCodes.failed;
    });
}

const examples = `
Examples:
  $ gsp-otp templates show --config gsp-otp.yaml
  $ gsp-otp templates check --config gsp-otp.yaml
  $ gsp-otp templates check --set sms.brand="Banco Exemplo" --set codes.length=8
  $ gsp-otp templates check --set sms.templatesFile=texts.yaml --json
`;

const showHelp = `
Each text is shown under its language and context, as sms.templatesFile names them, with the SMS matching token on its
own line. With --json, "text" is the text alone and "message" the whole message.

Examples:
  $ gsp-otp templates show --config gsp-otp.yaml
  $ gsp-otp templates show --set sms.languages=en,hi --json
`;

const checkHelp = `${examples}
Every message must fit into one segment and 140 bytes. Your own texts are in the file that sms.templatesFile names, by
language and context:
  pt-BR:
    general: 'Use {code} para continuar em {brand}.'
    association: 'Use {code} para vincular {brand}.'
The contexts are association, mandateCreation, associationWithMandateCreation, and general, which serves requests
without a context. For what is not in the file, the shipped text is used. The SMS matching token is added on a line of
its own.

Exit codes:
  0  every text fits
  1  a text does not fit
  2  the configuration or a text is wrong
`;

function showReport({ texts, brand, codeLength, fits }: TemplateReport): string {
  const misfits = texts.filter((text) => !text.fits);
  const lines = [
    showRow('language', 'context', 'encoding', 'units', 'bytes'),
    ...texts.map(showText),
    '',
    ...misfits.flatMap(showMisfit),
    `${texts.length} texts, with the brand "${shown(brand)}" and codes of ${codeLength} digits: ${
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
