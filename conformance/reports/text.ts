import { familyOf } from '../checks/check.ts';
import { countOutcomes, type Latency, type Outcome, type OutcomeKind } from '../run/outcome.ts';
import type { Plan } from '../run/plan.ts';
import { byFamily } from '../run/plan.ts';
import { messageOf, type ReportSource, transcriptOf } from './report.ts';
import { terminalLine, terminalText } from './terminal-text.ts';

const marks: Readonly<Record<OutcomeKind, string>> = {
  passed: 'pass',
  failed: 'FAIL',
  warned: 'warn',
  'not-tested': 'not tested',
  broken: 'EXAMINER BROKEN',
  'expected-failure': 'fails as expected',
  'unexpected-pass': 'PASSES UNEXPECTEDLY',
};

/** What a run is going to cause, before it begins. */
export function planText(plan: Plan): string {
  const { checks, texts, echoes, wrongCodes, knownSubjects } = plan;
  return (
    `${checks.length} checks, at most ${texts} text messages to ${knownSubjects} known subjects, ` +
    `${echoes} echo calls, ${wrongCodes} wrong codes.`
  );
}

/** One line for `--list`, or with what it causes for `--dry-run`. */
export function planLines(plan: Plan, withCosts: boolean): string {
  const lines = plan.checks.map((check) => {
    const costs = [
      check.texts === undefined ? '' : `${check.texts} text(s)`,
      check.specimen ? 'the shared text' : '',
      check.echoes === undefined ? '' : `${check.echoes} echo(es)`,
      check.wrongCodes === undefined ? '' : `${check.wrongCodes} wrong code(s)`,
    ].filter((cost) => cost !== '');
    const told = withCosts && costs.length > 0 ? `  [${costs.join(', ')}]` : '';
    return `${check.level.padEnd(6)} ${check.id}  (${check.requirements.join(', ')})${told}\n       ${check.expects}`;
  });
  return `${lines.join('\n')}\n`;
}

/** One line as a check ends. */
export function progressLine(outcome: Outcome, done: number, total: number): string {
  return `${String(done).padStart(String(total).length)}/${total}  ${marks[outcome.kind].padEnd(10)}  ${outcome.check.id}`;
}

export function textReport(source: ReportSource): string {
  const { run } = source;
  const noteworthy = run.outcomes.filter(({ kind }) => kind !== 'passed' && kind !== 'not-tested');
  const sections = [
    `Conformance of ${terminalLine(run.url)} (${run.codec}), ${new Date(run.startedAtMs).toISOString()}, seed ${run.seed}` +
      `\nTexts: ${terminalLine(run.textsFrom ?? 'not read')}${run.omen === undefined ? '' : `\nMind that ${terminalLine(run.omen)}`}`,
    ...noteworthy.map((outcome) => detail(source, outcome)),
    untested(source),
    chapters(source),
    latencyTable(run.latencies),
    clock(source),
    verdict(source),
  ];
  return `${terminalText(sections.filter((section) => section !== '').join('\n\n'))}\n`;
}

function detail(source: ReportSource, outcome: Outcome): string {
  const { check, kind } = outcome;
  const lines = [
    `${marks[kind]}  ${check.id}  (${check.level}: ${check.requirements.join(', ')})`,
    `  expected: ${check.expects}`,
    `  observed: ${terminalLine(messageOf(source, outcome) ?? '')}`,
  ];
  const transcript = transcriptOf(source, outcome);
  return transcript === '' ? lines.join('\n') : `${lines.join('\n')}\n${indent(transcript, '    ')}`;
}

/** Checks that could not be made, gathered by what would be needed. */
function untested(source: ReportSource): string {
  const reasons = new Map<string, string[]>();
  for (const outcome of source.run.outcomes) {
    if (outcome.kind !== 'not-tested') continue;
    const reason = terminalLine(messageOf(source, outcome) ?? '');
    reasons.set(reason, [...(reasons.get(reason) ?? []), outcome.check.id]);
  }
  if (reasons.size === 0) return '';
  const lines = [...reasons].map(([reason, ids]) => `  ${reason}:\n${indent(ids.join('\n'), '    ')}`);
  return `Not tested:\n${lines.join('\n')}`;
}

function chapters({ run }: ReportSource): string {
  const rows = byFamily(run.outcomes.map(({ check }) => check)).map(([family]) => {
    const counts = countOutcomes(run.outcomes.filter(({ check }) => familyOf(check) === family));
    return [family, counts.passed, counts.failed, counts.warned, counts['not-tested']].map(String);
  });
  return table([['chapter', 'passed', 'failed', 'warned', 'not tested'], ...rows]);
}

function latencyTable(latencies: readonly Latency[]): string {
  if (latencies.length === 0) return '';
  const rows = latencies.map((row) => [
    row.method,
    ...[row.answers, row.p50Ms, row.p90Ms, row.p95Ms, row.p99Ms, row.maxMs].map((value) =>
      String(Math.round(value)),
    ),
  ]);
  return table([['latency in ms', 'answers', 'p50', 'p90', 'p95', 'p99', 'max'], ...rows]);
}

function clock({ run }: ReportSource): string {
  if (run.clockOffsetMs === undefined) return '';
  const { min, max } = run.clockOffsetMs;
  return `The endpoint's clock is between ${min} and ${max} ms ahead of this one.`;
}

function verdict({ run }: ReportSource): string {
  const counts = countOutcomes(run.outcomes);
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind.replace('-', ' ')}`);
  const word = run.exitCode === 0 ? 'PASSED' : run.exitCode === 1 ? 'FAILED' : 'THE EXAMINER STUMBLED';
  return `${run.stopped ? 'STOPPED' : word}: ${told.join(', ')} in ${(run.durationMs / 1000).toFixed(1)} s.`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}
