import { Command } from 'commander';
import { type GatewayTrial, listGateways, tryGateway } from '../compose-gateway.ts';
import { ConfigError } from '../config/faults.ts';
import type { ConfigSources } from '../config/layers.ts';
import { type Config, inspectConfig } from '../config.ts';
import { configSources, withConfigOptions } from './config-options.ts';
import { exitCodes, Failure } from './failure.ts';

type SourceOptions = Parameters<typeof configSources>[0];

/** Who delivers the texts. */
export function gatewaysCommand(): Command {
  return new Command('gateways')
    .description('show who delivers the texts, and send one to try it')
    .addCommand(listCommand())
    .addCommand(testCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp gateways list --config gsp-otp.yaml
  $ gsp-otp gateways test --config gsp-otp.yaml --to +14035551111 --yes
  $ gsp-otp gateways test --config gsp-otp.yaml --to +14035551111 --gateway vonage --yes --json
`,
    );
}

function listCommand(): Command {
  return withConfigOptions(new Command('list'))
    .description('list the gateways in the order in which they are asked; nothing is sent')
    .option('--json', 'print as JSON')
    .action((options: SourceOptions & { readonly json?: true }) => {
      const rows = listGateways(readGatewaySettings(configSources(options)).sms.gateway);
      if (options.json) return printLine(JSON.stringify(rows, null, 2));
      const width = Math.max(...rows.map(({ name }) => name.length));
      for (const { name, kind, url } of rows)
        printLine(`${name.padEnd(width)}  ${kind.padEnd(8)} ${url ?? ''}`.trimEnd());
    });
}

interface TestOptions extends SourceOptions {
  readonly to: string;
  readonly gateway?: string;
  readonly yes?: true;
  readonly json?: true;
}

function testCommand(): Command {
  return withConfigOptions(new Command('test'))
    .description('send one real text, without a code, and tell what became of it; it costs what a text costs')
    .requiredOption('--to <number>', 'the phone to send it to, E.164 such as +14035551111')
    .option('--gateway <name>', 'only this gateway of several, as `gateways list` names it')
    .option('--yes', 'really send it')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExit code: 0 if the text was accepted, 1 if it was refused or nobody knows.\n')
    .action(async (options: TestOptions) => {
      const config = readGatewaySettings(configSources(options));
      const names = listGateways(config.sms.gateway).map(({ name }) => name);
      checkTest(options, config, names);
      const trial = await tryGateway(config, options);
      printLine(options.json ? JSON.stringify(trial, null, 2) : inWords(trial));
      process.exitCode = trial.delivery.kind === 'accepted' ? exitCodes.done : exitCodes.failed;
    });
}

function checkTest(
  { to, gateway, yes }: TestOptions,
  { sms }: GatewayConfig,
  names: readonly string[],
): void {
  if (!/^\+[1-9][0-9]{6,14}$/.test(to)) {
    throw new Failure(
      '--to is not a phone number',
      'Write it in E.164, such as +14035551111.',
      exitCodes.usage,
    );
  }
  if (sms.gateway.kind === 'inbox') {
    const remedy = 'Configure one that does, see docs/gateways.md; or read the inbox: gsp-otp inbox list';
    throw new Failure('the gateway is the inbox, which sends nothing', remedy, exitCodes.usage);
  }
  if (gateway !== undefined && !names.includes(gateway)) {
    throw new Failure(`there is no gateway ${gateway}`, `There are: ${names.join(', ')}.`, exitCodes.usage);
  }
  if (!yes) {
    const remedy = 'Nothing was sent. Say --yes if you want that.';
    throw new Failure('this sends a real text, which costs money', remedy, exitCodes.usage);
  }
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

type GatewayConfig = Pick<Config, 'sms' | 'requests'>;

/**
 * Only the gateway's settings have to be sound: it is tried while the rest is still being set up. Throws
 * `ConfigError` if one of them is faulty.
 */
function readGatewaySettings(sources: ConfigSources): GatewayConfig {
  const { faults, values } = inspectConfig(sources);
  const relevant = faults.filter(({ path }) => /^(|sms|sms\.gateway(\..*)?)$/.test(path));
  if (relevant.length > 0) throw new ConfigError(relevant);
  return values as GatewayConfig;
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
