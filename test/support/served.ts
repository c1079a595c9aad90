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
  const args = all.flatMap((one) => (one.startsWith('--') ? [one] : ['--set', one]));
  const serving = new Serving(args);
  t.after(() => serving.kill());
  return {
    ...{ child: serving.child, ended: serving.ended, dataDirectory },
    url: `${await serving.addressOf('methods')}/v1`,
    operatorUrl: await serving.addressOf('operator'),
    line: async (pattern) => void (await serving.line(pattern)),
  };
}

/** A process of `gsp-otp serve`, and what it prints on standard error. */
export class Serving {
  readonly child: ReturnType<typeof startCli>;
  /** Resolves to exit code or signal. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** Of standard error. */
  readonly lines: string[] = [];
  /** Lines of its log. */
  readonly log: string[] = [];
  readonly #waiting = new Set<() => void>();

  /**
   * `args`: those of `serve`. `env`: variables beside the few that every test has. `program`: the `bin/gsp-otp.js` of another
   * copy.
   */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, program?: string) {
    this.child = startCli(['serve', ...args], { env, program });
    this.ended = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    createInterface(this.child.stdout).on('line', (line) => this.log.push(line));
    createInterface(this.child.stderr).on('line', (line) => {
      this.lines.push(line);
      for (const look of this.#waiting) look();
    });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Resolves to the first line that matches. Rejects, with all lines, if it ends before. */
  async line(pattern: RegExp): Promise<string> {
    const arrived = new Promise<string>((resolve) => {
      const look = () => {
        const text = this.lines.find((line) => pattern.test(line));
        if (text === undefined) return;
        this.#waiting.delete(look);
        resolve(text);
      };
      this.#waiting.add(look);
      look();
    });
    const early = this.ended.then(([code]) => {
      throw new Error(`the server ended with ${code} before ${pattern}:\n${this.lines.join('\n')}`);
    });
    return Promise.race([arrived, early]);
  }

  /** Where it listens for `methods`, `operator` or `receipts`: scheme, host and port. */
  async addressOf(listener: string): Promise<string> {
    const line = await this.line(new RegExp(`^ {2}${listener} `));
    return /https?:\/\/[^/\s]+/.exec(line)?.[0] ?? '';
  }
}
