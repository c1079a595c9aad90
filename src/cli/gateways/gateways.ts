import { Command } from 'commander';
import { listGateways } from '../../operations/gateways/list.ts';
import { listRoutes } from '../../operations/gateways/routes.ts';
import { type GatewayTrial, TrialRefused, tryGateway } from '../../operations/gateways/try.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { orStopped } from '../server/stop-signal.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { routeCommand, shareInWords } from './gateways-route.ts';
import { checkNumber, readGatewaySettings } from './gateways-settings.ts';

type SourceOptions = Parameters<typeof configSources>[0];
type GatewaySettings = Parameters<typeof listGateways>[0];

/** Who delivers the texts. */
export function gatewaysCommand(): Command {
  return new Command('gateways')
    .addCommand(listCommand())
    .addCommand(routeCommand())
    .addCommand(testCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp gateways list --config gsp-otp.yaml
  $ gsp-otp gateways route +919812345678 --config gsp-otp.yaml
  $ gsp-otp gateways test --config gsp-otp.yaml --to +14035551111 --yes
  $ gsp-otp gateways test --config gsp-otp.yaml --to +14035551111 --gateway vonage --yes --json
`,
    );
}

function listCommand(): Command {
  return withConfigOptions(new Command('list'))
    .description('list the gateways in the order in which they are used, and the routes; sends nothing')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp gateways list --config gsp-otp.yaml
  $ gsp-otp gateways list --config gsp-otp.yaml --json
`,
    )
    .action((options: SourceOptions & { readonly json?: true }) => {
      const { gateway } = readGatewaySettings(configSources(options)).sms;
      const gateways = listGateways(gateway);
      const routes = listRoutes(gateway);
      if (options.json) return printLine(JSON.stringify({ gateways, routes }, null, 2));
      const width = Math.max(...gateways.map(({ name }) => name.length));
      for (const { name, kind, url } of gateways)
        printLine(shown(`${name.padEnd(width)}  ${kind.padEnd(8)} ${url ?? ''}`.trimEnd()));
      if (routes.length > 1) printRoutes(routes);
    });
}

function printRoutes(routes: ReturnType<typeof listRoutes>): void {
  const whom = ({ prefixes }: (typeof routes)[number]) =>
    prefixes.length === 0 ? 'all others' : prefixes.join(', ').replace(/^\+$/, 'all others');
  const width = Math.max(...routes.map((route) => whom(route).length));
  printLine('');
  for (const route of routes) {
    const isWeighted = route.gateways.some(({ share }) => share > 0 && share < 1);
    const names = route.gateways.map(({ name, share }) =>
      isWeighted ? `${name} ${shareInWords(share)}` : name,
    );
    printLine(shown(`${whom(route).padEnd(width)}  ${names.join(', ')}`));
  }
}

interface TestOptions extends SourceOptions {
  readonly to: string;
  readonly gateway?: string;
  readonly yes?: true;
  readonly json?: true;
}

function testCommand(): Command {
  return withConfigOptions(new Command('test'))
    .description('send one real text, without a code, and show the result; it costs as much as any text')
    .requiredOption('--to <number>', 'phone number to send it to, E.164, such as +14035551111')
    .option('--gateway <name>', 'use only this gateway, as `gateways list` names it')
    .option('--yes', 'send it; required')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp gateways test --config gsp-otp.yaml --to +14035551111 --yes
  $ gsp-otp gateways test --config gsp-otp.yaml --to +14035551111 --gateway vonage --yes --json

Exit code: 0 if the text was accepted, 1 if it was refused or the outcome is unknown.
`,
    )
    .action(async (options: TestOptions) => {
      const config = readGatewaySettings(configSources(options));
      checkNumber(options.to);
      if (!options.yes) {
        const remedy = 'Nothing was sent. Say --yes if you want that.';
        throw new Failure('this sends a real text, which costs money', remedy, exitCodes.usage);
      }
      const trial = await orStopped(
        () => tryGateway(config, options),
        'stopped, the outcome is unknown',
        'The text may have been sent.',
      ).catch((error: unknown) => {
        throw error instanceof TrialRefused ? explainRefusal(error, config.sms.gateway) : error;
      });
      printLine(options.json ? JSON.stringify(trial, null, 2) : shown(inWords(trial)));
      process.exitCode = trial.delivery.kind === 'accepted' ? exitCodes.done : exitCodes.failed;
    });
}

function explainRefusal({ reason, message }: TrialRefused, settings: GatewaySettings): Failure {
  const names = listGateways(settings).map(({ name }) => name);
  const remedies = {
    inbox: 'Configure one that does, see docs/gateways.md; or read the inbox: gsp-otp inbox list',
    'unknown-gateway': `There are: ${names.join(', ')}.`,
  } as const satisfies Record<TrialRefused['reason'], string>;
  return new Failure(message, remedies[reason], exitCodes.usage);
}

function inWords({ delivery, durationMs }: GatewayTrial): string {
  const after = `after ${durationMs} ms`;
  switch (delivery.kind) {
    case 'accepted':
      return `accepted by ${delivery.gateway} ${after}, message id ${delivery.messageId ?? 'unknown'}`;
    case 'refused':
      return `refused by ${delivery.gateway} ${after}: ${delivery.reason} (${delivery.detail})`;
    case 'unknown':
      return `unknown: ${delivery.gateway} may or may not have taken it, ${after} (${delivery.detail})`;
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
