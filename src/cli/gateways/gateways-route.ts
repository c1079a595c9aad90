import { Command } from 'commander';
import { explainRoute, type RouteExplanation } from '../../operations/gateways/routes.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { checkNumber, readGatewaySettings } from './gateways-settings.ts';

type RouteOptions = Parameters<typeof configSources>[0] & { readonly json?: true };

/** Who would deliver to one number. */
export function routeCommand(): Command {
  return withConfigOptions(new Command('route'))
    .description('show which gateways would be used for a number, in which order and why; sends nothing')
    .argument('<number>', 'E.164 such as +14035551111')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp gateways route +919812345678 --config gsp-otp.yaml
  $ gsp-otp gateways route +919812345678 --config gsp-otp.yaml --json
`,
    )
    .action((to: string, options: RouteOptions) => {
      checkNumber(to);
      const explanation = explainRoute(readGatewaySettings(configSources(options)).sms, to);
      const text = options.json ? JSON.stringify(explanation, null, 2) : inWords(explanation);
      process.stdout.write(`${text}\n`);
    });
}

function inWords({ to, country, prefix, gateways, dlt }: RouteExplanation): string {
  const route =
    prefix === undefined ? 'no route has its prefix, so all gateways serve' : `route by prefix ${prefix}`;
  const widthOf = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const nameWidth = widthOf(gateways.map(({ name }) => name));
  const kindWidth = widthOf(gateways.map(({ kind }) => kind));
  const turnWidth = widthOf(gateways.map(({ share }) => turnInWords(share)));
  const rows = gateways.map(({ name, kind, share, sender }, index) => {
    const turn = turnInWords(share).padEnd(turnWidth);
    const from = sender === undefined ? '' : `from ${sender}`;
    return `${index + 1}  ${name.padEnd(nameWidth)}  ${kind.padEnd(kindWidth)}  ${turn}  ${from}`.trimEnd();
  });
  const templates = Object.entries(dlt?.templateIds ?? {}).map(([text, id]) => `${text} ${id}`);
  return [
    `${to}, ${country ?? 'no one country'}: ${route}`,
    ...rows,
    ...(dlt ? [`DLT: entity ${dlt.entityId}; templates: ${templates.join(', ')}`] : []),
    ...(gateways.length > 1 ? ['A gateway that rests after failures is passed over.'] : []),
  ]
    .map(shown)
    .join('\n');
}

function turnInWords(share: number): string {
  if (share === 1) return 'asked first';
  return share === 0 ? 'asked after a refusal' : `asked first for ${shareInWords(share)} of the texts`;
}

export function shareInWords(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
