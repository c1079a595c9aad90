import { type Family, familyOf } from '../checks/check.ts';
import { countOutcomes, type Outcome, type OutcomeKind } from '../run/outcome.ts';
import { byFamily } from '../run/plan.ts';
import { escapeMarkup } from './escape.ts';
import { pageScript, pageStyle } from './html-page.ts';
import { messageOf, type ReportSource, transcriptOf } from './report.ts';

/** One page that needs nothing else: to be attached to a ticket. */
export function htmlReport(source: ReportSource): string {
  const { run } = source;
  const title = `Conformance of ${escapeMarkup(run.url)}`;
  const verdict = run.exitCode === 0 ? 'passed' : run.exitCode === 1 ? 'failed' : 'broken';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p><b class="${verdict}">${run.stopped ? 'stopped' : verdict}</b> · codec ${run.codec} · ${new Date(run.startedAtMs).toISOString()} ·
${(run.durationMs / 1000).toFixed(1)} s · seed ${run.seed} ·
texts: ${escapeMarkup(run.textsFrom ?? 'not read')}</p>
${run.omen === undefined ? '' : `<p class="failed">Mind that ${escapeMarkup(run.omen)}</p>`}
</header>
<main>
${summary(source)}
${latencies(source)}
${filters(source)}
${chaptersOf(source)
  .map(([family, outcomes]) => chapter(source, family, outcomes))
  .join('\n')}
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** In the order of interest. */
const kinds: readonly OutcomeKind[] = [
  'failed',
  'broken',
  'unexpected-pass',
  'warned',
  'not-tested',
  'expected-failure',
  'passed',
];

/** Those that occur. */
function kindsOf({ run }: ReportSource): readonly OutcomeKind[] {
  return kinds.filter((kind) => run.outcomes.some((outcome) => outcome.kind === kind));
}

function chaptersOf({ run }: ReportSource): [Family, Outcome[]][] {
  return byFamily(run.outcomes.map(({ check }) => check)).map(([family]) => [
    family,
    run.outcomes.filter(({ check }) => familyOf(check) === family),
  ]);
}

function row(cells: readonly (string | number)[], tag: 'td' | 'th'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
}

/** Each outcome is counted in one column, so that a row adds up to the checks of its chapter. */
function summary(source: ReportSource): string {
  const shown = kindsOf(source);
  const cells = (outcomes: readonly Outcome[]) => {
    const counts = countOutcomes(outcomes);
    return [
      ...shown.map((kind) => (counts[kind] === 0 ? '–' : `<span class="${kind}">${counts[kind]}</span>`)),
      outcomes.length,
    ];
  };
  const rows = chaptersOf(source).map(([family, outcomes]) => row([family, ...cells(outcomes)], 'td'));
  const head = row(['chapter', ...shown.map((kind) => kind.replace('-', ' ')), 'checks'], 'th');
  const foot = row(['all', ...cells(source.run.outcomes)], 'td');
  return `<h2>Summary</h2>\n<div class="wide"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody><tfoot>${foot}</tfoot></table></div>`;
}

function latencies({ run }: ReportSource): string {
  if (run.latencies.length === 0) return '';
  const head = row(['method', 'answers', 'p50', 'p90', 'p95', 'p99', 'max'], 'th');
  const rows = run.latencies.map(({ method, answers, p50Ms, p90Ms, p95Ms, p99Ms, maxMs }) =>
    row([escapeMarkup(method), answers, ...[p50Ms, p90Ms, p95Ms, p99Ms, maxMs].map(Math.round)], 'td'),
  );
  return `<h2>Latency in ms</h2>\n<div class="wide"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** What passed is hidden at first where there is anything else to see. */
function filters(source: ReportSource): string {
  const shown = kindsOf(source);
  const boxes = shown.map((kind) => {
    const checked = kind === 'passed' && shown.length > 1 ? '' : ' checked';
    return `<label><input type="checkbox" value="${kind}"${checked}> ${kind.replace('-', ' ')}</label>`;
  });
  return `<h2>Checks</h2>
<form id="filter"><input type="search" placeholder="id, requirement or word" aria-label="filter"> ${boxes.join(' ')} <output></output></form>`;
}

function chapter(source: ReportSource, family: Family, outcomes: readonly Outcome[]): string {
  const checks = outcomes.map((outcome) => section(source, outcome)).join('\n');
  return `<section>\n<h3>${family}</h3>\n${checks}\n</section>`;
}

function section(source: ReportSource, outcome: Outcome): string {
  const { check, kind } = outcome;
  const message = messageOf(source, outcome);
  const transcript = transcriptOf(source, outcome);
  const open = kind === 'failed' || kind === 'broken' || kind === 'unexpected-pass' ? ' open' : '';
  return `<details class="check" data-kind="${kind}"${open}>
<summary><b class="${kind}">${kind.replace('-', ' ')}</b> <code>${escapeMarkup(check.id)}</code> ${check.level} <small>${escapeMarkup(check.requirements.join(', '))}</small></summary>
<p>${escapeMarkup(check.expects)}</p>
${message === undefined ? '' : `<p class="observed">${escapeMarkup(message)}</p>`}
${transcript === '' ? '' : `<pre>${escapeMarkup(transcript)}</pre>`}
</details>`;
}
