import { percentile } from '../run/latencies.ts';
import type { Check } from './check.ts';
import type { Trial } from './trial.ts';
import { must, NotTested } from './verdicts.ts';

function durations(trial: Trial): number[] {
  const ordinary = trial.world.exchanges.filter((exchange) => exchange.ordinary);
  if (ordinary.length < 10) throw new NotTested(`only ${ordinary.length} calls were made; 10 are the least`);
  return ordinary.map((exchange) => exchange.durationMs).sort((a, b) => a - b);
}

function within(name: string, share: number, limitMs: (trial: Trial) => number, what: string): Check {
  return {
    id: `latency/${name}`,
    requirements: ['OPS-1'],
    level: 'SHOULD',
    expects: what,
    phase: 'verdict',
    run: async (trial) => {
      const taken = Math.round(percentile(durations(trial), share));
      must(taken <= limitMs(trial), `${share * 100} % of answers took up to ${taken} ms`);
    },
  };
}

/** Google's published example of service levels, over all calls of the run. The binding ones are in the contract. */
export const latencyChecks: readonly Check[] = [
  {
    id: 'latency/samples',
    requirements: ['OPS-1'],
    level: 'MUST',
    expects: 'Answers a row of calls, as many as latency.samples, each in time to count as available (7 s).',
    phase: 'late',
    run: async (trial) => {
      for (let call = 0; call < trial.settings.latencySamples; call += 1) {
        const { durationMs } = (await trial.probe()).http;
        const { unavailableMs } = trial.settings;
        must(durationMs <= unavailableMs, `call ${call + 1} of the row took ${Math.round(durationMs)} ms`);
      }
    },
  },
  {
    id: 'latency/available',
    requirements: ['OPS-1'],
    level: 'MUST',
    expects: 'Answers every call of the run in time to count as available (7 s).',
    phase: 'verdict',
    run: async (trial) => {
      const slowest = Math.round(durations(trial).at(-1) ?? 0);
      must(slowest <= trial.settings.unavailableMs, `the slowest answer took ${slowest} ms`);
    },
  },
  within('p95', 0.95, (trial) => trial.settings.p95Ms, 'Answers 95 % of all calls within 5 s.'),
  within('p90', 0.9, (trial) => trial.settings.p90Ms, 'Answers 90 % of all calls within 3 s.'),
];
