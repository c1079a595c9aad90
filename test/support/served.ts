import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { startCli } from './cli-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { importTestAccounts } from './test-accounts.ts';

/** `gsp-otp serve` with the sample accounts, on free ports. */
export interface Served {
  readonly child: ReturnType<typeof startCli>;
  /** Base URL of the methods. */
  readonly url: string;
  readonly operatorUrl: string;
  readonly dataDirectory: string;
  /** Resolves to exit code or signal. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** Resolves when a line of standard error matches. */
  line(pattern: RegExp): Promise<void>;
}

const sampleAccounts = readFileSync(new URL('../../examples/accounts.csv', import.meta.url), 'utf8');

/** With settings such as `quotas.coolDownMs=0`, or flags such as `--for-examination`. */
export async function serveSample(t: TestContext, ...settings: readonly string[]): Promise<Served> {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory, sampleAccounts);
  const all = [
    `dataDirectory=${dataDirectory}`,
    'http.port=0',
    'operator.port=0',
    'log.level=warn',
    ...settings,
  ];
  const child = startCli(['serve', ...all.flatMap((one) => (one.startsWith('--') ? [one] : ['--set', one]))]);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  t.after(() => child.kill('SIGKILL') && ended);

  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const line = async (pattern: RegExp): Promise<string> => {
    const seen = () => lines.find((text) => pattern.test(text));
    const arrived = new Promise<string>((resolve) => {
      const look = () => {
        const text = seen();
        if (text === undefined) return;
        waiting.delete(look);
        resolve(text);
      };
      waiting.add(look);
      look();
    });
    const early = ended.then(([code]) => {
      throw new Error(`the server ended with ${code} before ${pattern}:\n${lines.join('\n')}`);
    });
    return Promise.race([arrived, early]);
  };
  const addressIn = async (pattern: RegExp) => /https?:\/\/[^/\s]+/.exec(await line(pattern))?.[0] ?? '';
  return {
    child,
    url: `${await addressIn(/^ {2}methods /)}/v1`,
    operatorUrl: await addressIn(/^ {2}operator /),
    dataDirectory,
    ended,
    line: async (pattern) => void (await line(pattern)),
  };
}
