import { cpus } from 'node:os';

/** Something that is measured beside others. */
export interface Contender {
  readonly name: string;
  /** How many rounds are under way at once. */
  readonly clients: number;
  readonly round: () => unknown;
}

export interface ContestRules {
  readonly turns: number;
  readonly turnMs: number;
}

interface Turn {
  readonly perSecond: number;
  readonly p50Ms: number;
  /** Of all threads of the process. It says what a round costs where other programs slow the clock's figures down. */
  readonly cpuMs: number;
}

/**
 * Has contenders take turns in one process, so that whatever else the machine does falls on all alike, and prints the
 * medians over the turns; the ratios are to the first one, the floor.
 */
export async function runContest(
  title: string,
  contenders: readonly Contender[],
  { turns, turnMs }: ContestRules,
): Promise<void> {
  const results = contenders.map(() => [] as Turn[]);
  for (const contender of contenders) await takeTurn(contender, turnMs);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [at, contender] of contenders.entries()) results[at]?.push(await takeTurn(contender, turnMs));
  }
  console.log(`Node ${process.version}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model}, ${title}`);
  let floor: number | undefined;
  for (const [at, { name, clients }] of contenders.entries()) {
    const perSecond = median((results[at] ?? []).map((turn) => turn.perSecond));
    const p50Ms = median((results[at] ?? []).map((turn) => turn.p50Ms));
    const cpuMs = median((results[at] ?? []).map((turn) => turn.cpuMs));
    floor ??= perSecond;
    const label = `${name}, ${clients} client${clients > 1 ? 's' : ''}`.padEnd(38);
    const ratio = `${(perSecond / floor).toFixed(2)} × floor`.padStart(15);
    console.log(
      `${label}${perSecond.toFixed(0).padStart(6)} rounds/s${ratio}${p50Ms.toFixed(2).padStart(8)} ms p50` +
        `${cpuMs.toFixed(2).padStart(8)} ms CPU`,
    );
  }
}

async function takeTurn({ clients, round }: Contender, turnMs: number): Promise<Turn> {
  const durations: number[] = [];
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const client = async () => {
    while (performance.now() - start < turnMs) {
      const before = performance.now();
      await round();
      durations.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const { user, system } = process.cpuUsage(cpuStart);
  return {
    perSecond: (durations.length * 1000) / (performance.now() - start),
    p50Ms: median(durations),
    cpuMs: (user + system) / 1000 / durations.length,
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
