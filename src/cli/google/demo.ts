import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { plainCodec } from '../../../conformance/google/codecs/codec.ts';
import { importIntoAccounts } from '../../operations/accounts.ts';
import { keyKinds } from '../../operations/keys/files.ts';
import { loadConfig, sandboxDefaults } from '../../settings/load.ts';
import { type Application, compose } from '../../wiring/application.ts';
import type { Addresses } from '../../wiring/listeners.ts';
import { isListenError } from '../server/listen-error.ts';
import { exitCodeFor, stopSignal } from '../server/stop-signal.ts';
import { asTyped } from '../terminal/invocation.ts';
import { makeDemoKeys } from './demo-keys.ts';
import { tellStory } from './demo-story.ts';
import type { SealKind } from './seal-options.ts';

const sampleAccounts = fileURLToPath(new URL('../../../examples/accounts.csv', import.meta.url));

export function demoCommand(): Command {
  return new Command('demo')
    .option('--once', 'stop at the end; without it the server runs until Ctrl-C')
    .option('--verbose', 'show the JSON of every call')
    .addOption(
      new Option('--sealed <kind>', 'sign and encrypt the bodies, with newly created keys').choices(keyKinds),
    )
    .addHelpText(
      'after',
      `
The data is in a temporary directory, which is deleted at the end. No text leaves this machine.

Examples:
  $ gsp-otp demo
  $ gsp-otp demo --once --verbose
  $ gsp-otp demo --sealed pgp
`,
    )
    .action(demo);
}

async function demo({ once = false, verbose = false, sealed }: DemoOptions): Promise<void> {
  const stopped = stopSignal();
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-demo-'));
  // However it ends.
  process.once('exit', () => rmSync(dataDirectory, { recursive: true, force: true }));
  await importSample(dataDirectory);
  const keys = sealed && (await makeDemoKeys(sealed, dataDirectory));
  const settings = { dataDirectory, ...DEMO_SETTINGS, ...keys?.settings };
  const { application, addresses } = await start(settings);
  try {
    const codec = keys?.codec ?? plainCodec;
    const { methods, operator: operatorUrl, internal: internalUrl = '' } = addresses;
    const stage = { url: `${methods}/v1`, operatorUrl, internalUrl, codec, verbose };
    const signal = await Promise.race([tellStory(stage), stopped]);
    if (signal !== undefined) process.exit(exitCodeFor(signal));
    if (!once) {
      process.stdout.write(invitation(addresses, dataDirectory, keys?.flags));
      await stopped;
    }
  } finally {
    await application.close();
  }
}

/** Three texts to one number, at once, and no fourth one. */
const DEMO_SETTINGS = { 'internal.port': 0, 'quotas.coolDownMs': 0, 'quotas.sendsPerPhoneNumber.max': 3 };

async function importSample(dataDirectory: string): Promise<void> {
  const { outcome } = await importIntoAccounts(sandboxDefaults(dataDirectory), {
    source: sampleAccounts,
    format: 'csv',
    dryRun: false,
    signal: new AbortController().signal,
    onProblem: () => undefined,
    onProgress: () => undefined,
  });
  if (outcome !== 'applied') throw new Error(`${sampleAccounts} could not be imported`);
}

interface DemoOptions {
  readonly once?: boolean;
  readonly verbose?: boolean;
  readonly sealed?: SealKind;
}

interface Started {
  readonly application: Application;
  readonly addresses: Addresses;
}

/** On the usual ports, so that the other commands find it; where one is taken, on any free one. */
async function start(settings: Readonly<Record<string, unknown>>): Promise<Started> {
  const config = loadConfig({ env: {}, overrides: { 'log.level': 'silent', ...settings } });
  const application = await compose(config);
  try {
    return { application, addresses: await application.listen() };
  } catch (error) {
    await application.close();
    if (!isListenError(error) || error.port === 0) throw error;
    process.stdout.write(`Port ${error.port} is taken: a free one will do.\n`);
    const setting = error.port === config.http.port ? 'http.port' : 'operator.port';
    return start({ ...settings, [setting]: 0 });
  }
}

function invitation({ methods, operator }: Addresses, dataDirectory: string, flags = ''): string {
  return asTyped(`
The server goes on until Ctrl-C. From another terminal, be Google yourself:
  $ gsp-otp call sendOtp --url ${methods}/v1${flags} --account-phone-number +13055550102
  $ gsp-otp inbox show --operator-url ${operator}
  $ gsp-otp call verifyOtp --url ${methods}/v1${flags} --send-otp-request-id ID --otp CODE
  $ gsp-otp explain ID --set dataDirectory=${dataDirectory}
`);
}
