import { familyOf } from '../check.ts';
import { countOutcomes, type Outcome } from '../outcome.ts';
import { byFamily } from '../plan.ts';
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
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p><b class="${verdict}">${verdict}</b> · codec ${run.codec} · ${new Date(run.startedAtMs).toISOString()} ·
${(run.durationMs / 1000).toFixed(1)} s · seed ${run.seed} ·
texts: ${escapeMarkup(run.textsFrom ?? 'not read')}</p>
${run.omen === undefined ? '' : `<p class="failed">Mind that ${escapeMarkup(run.omen)}</p>`}
</header>
<main>
${summary(source)}
${latencies(source)}
${filters()}
${run.outcomes.map((outcome) => section(source, outcome)).join('\n')}
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}

function row(cells: readonly (string | number)[], tag: 'td' | 'th'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
}

function summary({ run }: ReportSource): string {
  const rows = byFamily(run.outcomes.map(({ check }) => check)).map(([family]) => {
    const counts = countOutcomes(run.outcomes.filter(({ check }) => familyOf(check) === family));
    return row([family, counts.passed, counts.failed, counts.warned, counts['not-tested']], 'td');
  });
  const all = countOutcomes(run.outcomes);
  const head = row(['chapter', 'passed', 'failed', 'warned', 'not tested'], 'th');
  const foot = row(['all', all.passed, all.failed, all.warned, all['not-tested']], 'td');
  return `<h2>Summary</h2>\n<table><thead>${head}</thead><tbody>${rows.join('')}</tbody><tfoot>${foot}</tfoot></table>`;
}

function latencies({ run }: ReportSource): string {
  if (run.latencies.length === 0) return '';
  const head = row(['method', 'answers', 'p50', 'p90', 'p95', 'p99', 'max'], 'th');
  const rows = run.latencies.map(({ method, answers, p50Ms, p90Ms, p95Ms, p99Ms, maxMs }) =>
    row([escapeMarkup(method), answers, ...[p50Ms, p90Ms, p95Ms, p99Ms, maxMs].map(Math.round)], 'td'),
  );
  return `<h2>Latency in ms</h2>\n<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`;
}

function filters(): string {
  const kinds = ['failed', 'warned', 'not-tested', 'passed', 'expected-failure', 'unexpected-pass', 'broken'];
  const boxes = kinds.map((kind) => `<label><input type="checkbox" value="${kind}" checked> ${kind}</label>`);
  return `<h2>Checks</h2>
<form id="filter"><input type="search" placeholder="id, requirement or word" aria-label="filter"> ${boxes.join(' ')}</form>`;
}

function section(source: ReportSource, outcome: Outcome): string {
  const { check, kind } = outcome;
  const message = messageOf(source, outcome);
  const transcript = transcriptOf(source, outcome);
  const open = kind === 'failed' || kind === 'broken' || kind === 'unexpected-pass' ? ' open' : '';
  return `<details class="check" data-kind="${kind}"${open}>
<summary><b class="${kind}">${kind}</b> <code>${escapeMarkup(check.id)}</code> ${check.level} <small>${escapeMarkup(check.requirements.join(', '))}</small></summary>
<p>${escapeMarkup(check.expects)}</p>
${message === undefined ? '' : `<p class="observed">${escapeMarkup(message)}</p>`}
${transcript === '' ? '' : `<pre>${escapeMarkup(transcript)}</pre>`}
</details>`;
}
