import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { shown } from '../../ports/hidden-characters.ts';
import { ownOperatorUrl } from '../server/own-server.ts';
import { orStopped } from '../server/stop-signal.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { askOrFail } from '../terminal/http-client.ts';
import { drawPhoneBubble } from './phone-bubble.ts';

interface InboxOptions {
  readonly operatorUrl?: string;
  readonly config?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly to?: string;
  readonly count?: number;
  readonly json?: true;
}

interface InboxText {
  readonly number: number;
  readonly receivedAtMs: number;
  readonly to: string;
  readonly text: string;
  readonly reference: string;
  readonly language: string;
}

const watchIntervalMs = 500;

const unanswered = 'stopped, no answer came before';

/** The texts that a server in the sandbox profile kept in place of sending them. */
export function inboxCommand(): Command {
  return new Command('inbox')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(watchCommand())
    .addCommand(behaveCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ gsp-otp inbox list --to +12025550101
  $ gsp-otp inbox show                      the newest text, as it would look on the phone
  $ gsp-otp inbox watch                     every text as it comes
  $ gsp-otp inbox behave refuse             the gateway refuses texts until this is changed
`,
    );
}

function listCommand(): Command {
  return withOperatorOptions(new Command('list'))
    .description('list the newest texts, the newest first')
    .option('--to <number>', 'only texts to this number')
    .addOption(new Option('--count <count>', 'how many').default(20).argParser(parseNumber))
    .addHelpText('after', '\nExample:\n  $ gsp-otp inbox list --count 5 --json\n')
    .action(async (options: InboxOptions) => {
      const texts = await orStopped(() => readTexts(options), unanswered);
      if (options.json) return printJson(texts);
      if (texts.length === 0) return printLine('The inbox is empty.');
      for (const text of texts) printLine(oneLine(text));
    });
}

function showCommand(): Command {
  return withOperatorOptions(new Command('show'))
    .description('show one text as it looks on a phone: the newest, or the one with this number')
    .argument('[number]', 'as `inbox list` shows it', parseNumber)
    .option('--to <number>', 'the newest to this phone number')
    .addHelpText('after', '\nExamples:\n  $ gsp-otp inbox show\n  $ gsp-otp inbox show 3\n')
    .action(async (number: number | undefined, options: InboxOptions) => {
      const count = number === undefined ? 1 : 1000;
      const texts = await orStopped(() => readTexts({ ...options, count }), unanswered);
      const text = number === undefined ? texts[0] : texts.find((kept) => kept.number === number);
      if (text === undefined)
        throw new Failure('there is no such text', 'See what there is: gsp-otp inbox list');
      if (options.json) return printJson(text);
      printLine(drawPhoneBubble(text));
    });
}

function watchCommand(): Command {
  return withOperatorOptions(new Command('watch'))
    .description('show every text as it arrives, until Ctrl-C')
    .option('--to <number>', 'only texts to this number')
    .addHelpText('after', '\nExample:\n  $ gsp-otp inbox watch --to +12025550101 --json\n')
    .action((options: InboxOptions) =>
      orStopped(
        () => watch(options),
        'stopped',
        'Texts that come from now on are shown by: gsp-otp inbox list',
      ),
    );
}

async function watch(options: InboxOptions): Promise<never> {
  const [newest] = await readTexts({ ...options, count: 1 });
  let seen = newest?.number ?? 0;
  process.stderr.write('Waiting for texts; Ctrl-C ends it.\n');
  while (true) {
    await wait(watchIntervalMs);
    const texts = await readTexts({ ...options, count: 100 });
    // A server that was started anew counts from 1 again.
    if ((texts[0]?.number ?? 0) < seen) seen = 0;
    for (const text of texts.filter(({ number }) => number > seen).reverse()) {
      printLine(options.json ? JSON.stringify(text) : drawPhoneBubble(text));
      seen = text.number;
    }
  }
}

function behaveCommand(): Command {
  return withOperatorOptions(new Command('behave'))
    .description('set what the gateway does with the next texts; without an argument, show it')
    .argument('[behaviour]', 'accept, refuse, hang, late or accept-and-hang-up')
    .addOption(new Option('--delay-ms <ms>', 'delay of `late`').default(0).argParser(parseNumber))
    .addHelpText(
      'after',
      `
  accept              keep the text and accept it
  refuse              refuse the text
  hang                never answer; the text is not kept
  late                keep the text and answer after --delay-ms
  accept-and-hang-up  keep the text and never answer

Examples:
  $ gsp-otp inbox behave late --delay-ms 4000
  $ gsp-otp inbox behave accept
`,
    )
    .action(async (behaviour: string | undefined, options: InboxOptions & { readonly delayMs: number }) => {
      const wish = behaviour === undefined ? undefined : { behaviour, delayMs: options.delayMs };
      const now = (await orStopped(
        () => askOperator(options, '/inbox/behaviour', wish),
        unanswered,
        'See what the gateway does: gsp-otp inbox behave',
      )) as { readonly behaviour: string; readonly delayMs: number };
      if (options.json) return printJson(now);
      printLine(shown(now.delayMs > 0 ? `${now.behaviour}, after ${now.delayMs} ms` : now.behaviour));
    });
}

function withOperatorOptions(command: Command): Command {
  return withConfigOptions(command)
    .option('--operator-url <url>', 'URL of the operator port (default: of the configured server)')
    .option('--json', 'print as JSON');
}

async function readTexts({ count = 20, to, ...options }: InboxOptions): Promise<readonly InboxText[]> {
  const query = new URLSearchParams({ count: String(count), ...(to !== undefined && { to }) });
  const answer = await askOperator(options, `/inbox?${query}`);
  const texts: unknown = typeof answer === 'object' && answer !== null && 'texts' in answer && answer.texts;
  if (!Array.isArray(texts) || !texts.every(isInboxText)) throw noInbox(operatorUrlOf(options));
  return texts;
}

function isInboxText(value: unknown): value is InboxText {
  if (typeof value !== 'object' || value === null) return false;
  const { number, receivedAtMs, to, text } = value as Readonly<Record<string, unknown>>;
  return (
    Number.isSafeInteger(number) &&
    Number.isFinite(new Date(Number(receivedAtMs)).getTime()) &&
    typeof to === 'string' &&
    typeof text === 'string'
  );
}

function noInbox(url: string): Failure {
  return new Failure(
    `${url} answers, but not as an inbox does`,
    'Name the operator routes with --operator-url.',
  );
}

function operatorUrlOf({ operatorUrl, ...options }: InboxOptions): string {
  return operatorUrl ?? ownOperatorUrl(configSources(options));
}

async function askOperator(options: InboxOptions, path: string, wish?: unknown): Promise<unknown> {
  const url = `${operatorUrlOf(options).replace(/\/+$/, '')}${path}`;
  const remedy =
    'Is the server running? Start one with `gsp-otp serve`, or name another with --operator-url.';
  const request =
    wish === undefined
      ? { method: 'GET' }
      : { method: 'PUT', contentType: 'application/json', body: JSON.stringify(wish) };
  const { status, body } = await askOrFail(url, { ...request, timeoutMs: 5000 }, remedy);
  if (status === 404) {
    throw new Failure(
      'that server has no inbox',
      'Only the gateway of kind inbox keeps texts: sms.gateway.kind.',
    );
  }
  if (status !== 200) {
    const said = body || 'It said nothing else.';
    throw new Failure(`the server answered ${status}`, said, exitCodes.failed);
  }
  try {
    return JSON.parse(body);
  } catch {
    throw noInbox(url);
  }
}

function oneLine({ number, receivedAtMs, to, text }: InboxText): string {
  const time = new Date(receivedAtMs).toISOString().slice(11, 19);
  return `${String(number).padStart(4)}  ${time}  ${shown(to).padEnd(16)}  ${linesOf(text).join(' ⏎ ')}`;
}

/** Without those that are empty. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map(shown);
}

function parseNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

function printJson(value: unknown): void {
  printLine(JSON.stringify(value, null, 2));
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
