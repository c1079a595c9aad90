import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type Addresses, type Application, compose } from '../compose.ts';
import { importIntoAccounts } from '../compose-accounts.ts';
import { loadConfig } from '../config.ts';
import { tellStory } from './demo-story.ts';
import { isListenError } from './listen-error.ts';
import { stopSignal } from './stop-signal.ts';

const sampleAccounts = fileURLToPath(new URL('../../examples/accounts.csv', import.meta.url));

export function demoCommand(): Command {
  return new Command('demo')
    .description('start a sandbox with a few accounts, play Google against it and tell what happens')
    .option('--once', 'end after the story; without it the server goes on until Ctrl-C')
    .option('--verbose', 'show the JSON of every call')
    .addHelpText(
      'after',
      `
Nothing is left behind: its data is in a temporary directory, and no text leaves this machine.

Examples:
  $ gsp-otp demo
  $ gsp-otp demo --once --verbose
`,
    )
    .action(demo);
}

async function demo({ once = false, verbose = false }): Promise<void> {
  const stopped = stopSignal();
  const dataDirectory = mkdtempSync(join(tmpdir(), 'gsp-otp-demo-'));
  // However it ends.
  process.once('exit', () => rmSync(dataDirectory, { recursive: true, force: true }));
  await importSample(dataDirectory);
  const { application, addresses } = await start(dataDirectory);
  try {
    await tellStory(`${addresses.methods}/v1`, addresses.operator, verbose);
    if (!once) {
      process.stdout.write(invitation(addresses, dataDirectory));
      await stopped;
    }
  } finally {
    await application.close();
  }
}

async function importSample(dataDirectory: string): Promise<void> {
  const { outcome } = await importIntoAccounts(
    { profile: 'sandbox', dataDirectory },
    {
      source: sampleAccounts,
      format: 'csv',
      dryRun: false,
      signal: new AbortController().signal,
      onProblem: () => undefined,
      onProgress: () => undefined,
    },
  );
  if (outcome !== 'applied') throw new Error(`${sampleAccounts} could not be imported`);
}

interface Started {
  readonly application: Application;
  readonly addresses: Addresses;
}

/** On the usual ports, so that the other commands find it; where one is taken, on any free one. */
async function start(dataDirectory: string, ports: Readonly<Record<string, unknown>> = {}): Promise<Started> {
  const config = loadConfig({
    environment: {},
    overrides: { dataDirectory, 'log.level': 'silent', ...ports },
  });
  const application = await compose(config);
  try {
    return { application, addresses: await application.listen() };
  } catch (error) {
    await application.close();
    if (!isListenError(error) || error.port === 0) throw error;
    process.stdout.write(`Port ${error.port} is taken: a free one will do.\n`);
    const setting = error.port === config.http.port ? 'http.port' : 'operator.port';
    return start(dataDirectory, { ...ports, [setting]: 0 });
  }
}

function invitation({ methods, operator }: Addresses, dataDirectory: string): string {
  return `
The server goes on until Ctrl-C. From another terminal, be Google yourself:
  $ gsp-otp call sendOtp --url ${methods}/v1 --account-phone-number +13055550102
  $ gsp-otp inbox show --operator-url ${operator}
  $ gsp-otp call verifyOtp --url ${methods}/v1 --send-otp-request-id ID --otp CODE
  $ gsp-otp explain ID --set dataDirectory=${dataDirectory}
`;
}
