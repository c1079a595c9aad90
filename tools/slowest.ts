import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const SHOWN = 8;

/** Keeps which files took longest, and tells them together with what all took. */
export class Slowest {
  readonly #startedMs = performance.now();
  readonly #files: { readonly name: string; readonly durationMs: number }[] = [];

  note(file: string, durationMs: number): void {
    this.#files.push({ name: basename(file), durationMs });
  }

  toString(): string {
    const sorted = this.#files.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SHOWN);
    const rows = sorted.map(({ name, durationMs }) => `  ${seconds(durationMs).padStart(6)}  ${name}`);
    const cpuMs = childrenMs();
    const computed = cpuMs === undefined ? '' : `, and computed for ${seconds(cpuMs)}`;
    return [
      `All took ${seconds(performance.now() - this.#startedMs)}${computed}. The slowest:`,
      ...rows,
    ].join('\n');
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** What the ended children of this process computed for. `undefined`: no Linux. */
function childrenMs(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  // Behind the name, which may hold spaces: user and system time of waited-for children, in hundredths of a second.
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[13]) + Number(fields[14]));
}
