import { type Command, InvalidArgumentError } from 'commander';
import type { ConfigSources } from '../../config/layers.ts';
import { startEnv } from './start-env.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly set?: Readonly<Record<string, string>>;
}

/** Gives a command the flags that say which configuration it works with. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration in YAML or JSON (default: what GSP_OTP_CONFIG names)')
    .option('--set <path=value>', 'one setting, such as http.port=8443; repeatable', collectSetting);
}

/** Where the configuration of a command made by `withConfigOptions` comes from. */
export function configSources(options: ConfigOptions): ConfigSources {
  return { file: options.config, env: startEnv, flags: options.set };
}

function collectSetting(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('Write it as path=value, such as http.port=8443.');
  return { ...earlier, [text.slice(0, separator)]: text.slice(separator + 1) };
}
