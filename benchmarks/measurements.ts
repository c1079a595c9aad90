import { readFileSync } from 'node:fs';

/** What a measured process tells of itself since its start. */
export interface Measurements {
  readonly cpuMs: number;
  readonly residentBytes: number;
  /** Handed to the disk, as Linux counts them; 0 elsewhere. */
  readonly bytesWritten: number;
  readonly commits: number;
  /** Of its database server; 0: it has none. */
  readonly databaseCpuMs: number;
}

interface Measured {
  readonly port: number;
  readonly commits: () => number;
  /** Codes of the latest texts by phone number. */
  readonly codes?: () => ReadonlyMap<string, string>;
}

/** In the measured process: says that it is ready, then answers each message with its measurements. */
export function answerMeasurements({ port, commits, codes }: Measured): void {
  process.on('message', (question) => {
    if (question === 'codes') {
      process.send?.(codes?.() ?? new Map());
      return;
    }
    const { user, system } = process.cpuUsage();
    const measurements: Measurements = {
      cpuMs: (user + system) / 1000,
      residentBytes: process.memoryUsage.rss(),
      bytesWritten: bytesWritten(),
      commits: commits(),
      databaseCpuMs: 0,
    };
    process.send?.(measurements);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port });
}

function bytesWritten(): number {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
