import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Serving } from '../../support/served.ts';

/** Where its listeners are: each start has others. */
export interface Addresses {
  readonly methods: string;
  readonly operator: string;
  readonly receipts: string;
}

interface NodeStart {
  readonly clockShiftMs?: number;
  readonly program?: string;
}

const shiftedClock = new URL('./shifted-clock.ts', import.meta.url).href;

/** One of equal servers: a process of `gsp-otp serve` that may be killed, stopped and started again. */
export class ServerNode {
  readonly name: string;
  readonly #directory: string;
  #serving: Serving | undefined;
  #addresses: Addresses | undefined;

  /** `directory`: of its own, with its accounts. */
  constructor(name: string, directory: string, settings: object) {
    this.name = name;
    this.#directory = directory;
    writeFileSync(this.configFile, JSON.stringify(settings));
  }

  /** `undefined`: it does not run. */
  get addresses(): Addresses | undefined {
    return this.#addresses;
  }

  /** What it printed last, where it ended by itself. */
  get lastWords(): readonly string[] | undefined {
    const { exitCode, signalCode } = this.#serving?.child ?? { exitCode: null, signalCode: null };
    return exitCode === null && signalCode === null ? undefined : this.#serving?.lines.slice(-20);
  }

  /**
   * Returns when it listens. `clockShiftMs`: by how much its wall clock is off. `program`: the `bin/gsp-otp.js` of another
   * copy.
   */
  async start({ clockShiftMs = 0, program }: NodeStart = {}): Promise<void> {
    const shift = { NODE_OPTIONS: `--import=${shiftedClock}`, CLOCK_SHIFT_MS: `${clockShiftMs}` };
    const serving = new Serving(['--config', this.configFile], clockShiftMs === 0 ? {} : shift, program);
    this.#serving = serving;
    const [methods, operator, receipts] = await Promise.all([
      serving.addressOf('methods'),
      serving.addressOf('operator'),
      serving.addressOf('receipts'),
    ]);
    this.#addresses = { methods, operator, receipts };
  }

  async kill(): Promise<void> {
    this.#addresses = undefined;
    await this.#serving?.kill();
  }

  /** Its process stands still, and its connections stay open. */
  pause(): void {
    this.#serving?.child.kill('SIGSTOP');
  }

  resume(): void {
    this.#serving?.child.kill('SIGCONT');
  }

  /** Ends orderly. Returns its exit code; `null`: it had to be killed after `msMax`. */
  async stop(msMax: number): Promise<number | null> {
    const serving = this.#serving;
    this.#addresses = undefined;
    if (serving === undefined) return 0;
    serving.child.kill('SIGTERM');
    const killing = setTimeout(() => serving.child.kill('SIGKILL'), msMax);
    const [code] = await serving.ended;
    clearTimeout(killing);
    return code;
  }

  async isReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(3000);
      return (await fetch(`${this.#addresses?.operator}/health/ready`, { signal })).ok;
    } catch {
      return false;
    }
  }

  /** Milliseconds until it is ready; more than `msMax` where it was not by then. */
  async untilReady(msMax: number): Promise<number> {
    const startedMs = performance.now();
    while (!(await this.isReady()) && performance.now() - startedMs <= msMax) await pause(50);
    return performance.now() - startedMs;
  }

  get configFile(): string {
    return join(this.#directory, 'config.json');
  }
}
