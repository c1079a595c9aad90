import { familyOf } from '../checks/check.ts';
import { countOutcomes } from '../run/outcome.ts';
import { messageOf, type ReportSource, transcriptOf } from './report.ts';
import { terminalText } from './terminal-text.ts';

/** For machines: one object with a summary, the latencies and every check. */
export function jsonReport(source: ReportSource): string {
  const { run } = source;
  const report = {
    url: run.url,
    codec: run.codec,
    startedAt: new Date(run.startedAtMs).toISOString(),
    durationMs: Math.round(run.durationMs),
    seed: run.seed,
    exitCode: run.exitCode,
    textsFrom: run.textsFrom ?? null,
    omen: run.omen ?? null,
    summary: countOutcomes(run.outcomes),
    clockOffsetMs: run.clockOffsetMs ?? null,
    latencies: run.latencies,
    checks: run.outcomes.map((outcome) => ({
      id: outcome.check.id,
      family: familyOf(outcome.check),
      requirements: outcome.check.requirements,
      level: outcome.check.level,
      expects: outcome.check.expects,
      outcome: outcome.kind,
      message: messageOf(source, outcome) ?? null,
      durationMs: Math.round(outcome.durationMs),
      transcript: transcriptOf(source, outcome)
        .split('\n')
        .filter((line) => line !== ''),
    })),
  };
  return `${terminalText(JSON.stringify(report, null, 2))}\n`;
}
