/** One measured run, per request where it makes sense. */
export interface Run {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosPerRequest: number;
  readonly commitsPerRequest: number;
  readonly bytesPerRequest: number;
  readonly residentMegabytes: number;
  readonly databaseMicrosPerRequest: number;
}

export interface Row {
  readonly scenario: string;
  readonly connections: number;
  readonly app: Run;
  readonly floor: Run;
}

/** Median of each figure by itself. */
export function median(runs: readonly Run[]): Run {
  const of = (pick: (run: Run) => number) => {
    const sorted = runs.map(pick).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    perSecond: of((run) => run.perSecond),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    cpuMicrosPerRequest: of((run) => run.cpuMicrosPerRequest),
    commitsPerRequest: of((run) => run.commitsPerRequest),
    bytesPerRequest: of((run) => run.bytesPerRequest),
    residentMegabytes: of((run) => run.residentMegabytes),
    databaseMicrosPerRequest: of((run) => run.databaseMicrosPerRequest),
  };
}

const COLUMNS: readonly [string, (row: Row) => string][] = [
  ['request', ({ scenario }) => scenario],
  ['connections', ({ connections }) => String(connections)],
  ['req/s', ({ app }) => app.perSecond.toFixed(0)],
  ['floor req/s', ({ floor }) => floor.perSecond.toFixed(0)],
  ['of floor', ({ app, floor }) => (app.perSecond / floor.perSecond).toFixed(2)],
  ['p50 ms', ({ app }) => app.p50Ms.toFixed(2)],
  ['p99 ms', ({ app }) => app.p99Ms.toFixed(2)],
  ['p99/p50', ({ app }) => (app.p99Ms / app.p50Ms).toFixed(1)],
  ['CPU µs', ({ app }) => app.cpuMicrosPerRequest.toFixed(0)],
  ['floor CPU µs', ({ floor }) => floor.cpuMicrosPerRequest.toFixed(0)],
  ['commits/req', ({ app }) => app.commitsPerRequest.toFixed(2)],
  ['KiB written/req', ({ app }) => (app.bytesPerRequest / 1024).toFixed(1)],
  ['floor KiB', ({ floor }) => (floor.bytesPerRequest / 1024).toFixed(1)],
  ['MB resident', ({ app }) => app.residentMegabytes.toFixed(0)],
];

export function table(rows: readonly Row[]): string {
  const lines = [
    COLUMNS.map(([title]) => title),
    COLUMNS.map(() => '---'),
    ...rows.map((row) => COLUMNS.map(([, show]) => show(row))),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
