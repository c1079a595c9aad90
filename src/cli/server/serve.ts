import { url as debuggerUrl } from 'node:inspector';
import { Command } from 'commander';
import type { ConfigSources } from '../../config/layers.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { type Config, inspectConfig, loadConfig } from '../../settings/load.ts';
import { compose } from '../../wiring/application.ts';
import { directoryOf, storeOf } from '../../wiring/data-kinds.ts';
import type { Addresses } from '../../wiring/listeners.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { asTyped } from '../terminal/invocation.ts';
import { writeFailedStart, writeJsonLinesOnly } from '../terminal/json-lines.ts';
import { forgetPassphrases } from './forget-passphrases.ts';
import { explainListenError } from './listen-error.ts';
import { reloadOnSignal } from './reload-signal.ts';
import { stopSignal } from './stop-signal.ts';

export function serveCommand(): Command {
  return withConfigOptions(new Command('serve'))
    .option(
      '--new-store',
      'create the databases that are missing although they are expected; the server then remembers nothing',
    )
    .option(
      '--for-examination',
      'in the sandbox: set limits high enough for `gsp-otp conformance` to run every check',
    )
    .addHelpText(
      'after',
      `
Ctrl-C or SIGTERM stops the server in order: it takes no new requests and finishes the current ones. A second signal
stops it at once.
SIGHUP has it read the configuration again and apply new keys and certificates. No request is lost.

A missing or empty database is not taken for a first start in production, nor where one was made before: requests that
were answered would be processed again. --new-store is for the one start at which a new database is meant.

--for-examination sets ${Object.entries(EXAMINATION_SETTINGS)
        .map(([path, value]) => `${path}=${value}`)
        .join(',\n')}. What you --set yourself goes before.

Examples:
  $ gsp-otp serve                                         the sandbox; needs no setup
  $ gsp-otp serve --config gsp-otp.yaml
  $ gsp-otp serve --config gsp-otp.yaml --new-store       the first start in production
  $ gsp-otp serve --set http.port=8443 --set log.level=debug
  $ gsp-otp serve --for-examination --set dataDirectory=./examined
`,
    )
    .action(serve);
}

type ServeOptions = Parameters<typeof configSources>[0] & {
  readonly newStore?: true;
  readonly forExamination?: true;
};

/** Texts and wrong codes by the dozen, within minutes. What an examination locks is free again after one. */
const EXAMINATION_SETTINGS: Readonly<Record<string, string>> = {
  'quotas.coolDownMs': '0',
  'quotas.sendsPerPhoneNumber.max': '256',
  'quotas.sendsPerAccount.max': '256',
  'quotas.failedVerificationsPerAccount.max': '256',
  'quotas.exhaustionLockMs': '60000',
};

function sourcesOf(options: ServeOptions): ConfigSources {
  const sources = configSources(options);
  if (!options.forExamination) return sources;
  return { ...sources, flags: { ...EXAMINATION_SETTINGS, ...sources.flags } };
}

async function serve(options: ServeOptions): Promise<void> {
  const sources = sourcesOf(options);
  if (options.forExamination && (inspectConfig(sources).values as Partial<Config>).profile === 'production') {
    const remedy = 'Leave --for-examination out, or take profile: sandbox.';
    throw new Failure('limits for an examiner are for the sandbox only', remedy, exitCodes.usage);
  }
  const isRead = isReadByPeople(sources);
  if (!isRead) writeJsonLinesOnly();
  try {
    await run(options, sources, (text) => void (isRead && process.stderr.write(text)));
  } catch (error) {
    if (isRead) throw error;
    writeFailedStart(error);
  }
}

/**
 * Whether something is to be said to people beside the log, on standard error. In production not, unless somebody is there
 * to read it: whoever collects both streams would get lines that aren't JSON, and the log says the same.
 */
function isReadByPeople(sources: ConfigSources): boolean {
  const { profile, log } = inspectConfig(sources).values as Partial<Config>;
  return process.stderr.isTTY || profile !== 'production' || log?.format === 'pretty';
}

async function run(
  options: ServeOptions,
  sources: ConfigSources,
  tell: (text: string) => void,
): Promise<void> {
  const newStore = options.newStore === true;
  const config = loadConfig(sources);
  if (config.profile === 'production' && debuggerUrl() !== undefined) {
    const remedy = 'Take --inspect out of NODE_OPTIONS and of the command.';
    throw new Failure('a debugger is open, by which any local user can read every secret', remedy);
  }
  // From here on, a signal that comes while starting is not lost.
  const stopped = stopSignal();
  const starting = compose(config, { newStore });
  reloadOnSignal(starting, sources, tell);
  const application = await starting;
  forgetPassphrases(config);
  let signal: string | undefined;
  try {
    const addresses = await application.listen();
    tell(summarize(config, addresses));
    signal = await stopped;
    tell(`${signal}: stopping; running requests finish\n`);
  } catch (error) {
    throw explainListenError(error, config);
  } finally {
    await application.close(signal);
  }
}

function describeBodies({ payload }: Config): string {
  const kinds = [
    payload.pgp && 'OpenPGP',
    payload.jwe && `JOSE, ${payload.jwe.seal}`,
    payload.plain && 'plain: neither encrypted nor signed',
  ];
  return kinds.filter(Boolean).join(', and ');
}

/** What an operator wants to see once: where, what and where its data is. The log itself is on standard output. */
function summarize(config: Config, { methods, operator, receipts, internal }: Addresses): string {
  const [basePath = '', ...others] = config.http.basePaths;
  const [store, directory] = [storeOf(config), directoryOf(config)];
  const rows = [
    ['methods', config.http.methods.map((method) => `${methods}${basePath}/${method}`).join('\n')],
    ...(others.length > 0 ? [['', `and under ${others.join(', ')}`]] : []),
    ['operator', operator],
    ...(receipts ? [['receipts', `${receipts}${config.receipts?.path}`]] : []),
    ...(internal ? [['internal', `${internal}/internal/v1`]] : []),
    ['database', shown(store.row.where(store.terms))],
    ['accounts', shown(directory.row.where(directory.terms))],
    ['bodies', describeBodies(config)],
    [
      'texts',
      config.sms.gateway.kind === 'inbox'
        ? asTyped('kept in the inbox: gsp-otp inbox watch')
        : config.sms.gateway.kind,
    ],
    ...config.warnings.map((warning) => ['warning', shown(warning)]),
  ];
  const lines = rows.map(
    ([name = '', value = '']) => `  ${name.padEnd(9)} ${value.replaceAll('\n', `\n${' '.repeat(12)}`)}`,
  );
  return [`gsp-otp listens (${config.profile} profile)`, ...lines, ''].join('\n');
}
