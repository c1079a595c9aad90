import { familyOf } from '../checks/check.ts';
import type { Outcome } from '../run/outcome.ts';
import { byFamily } from '../run/plan.ts';
import { escapeMarkup } from './escape.ts';
import { messageOf, type ReportSource, transcriptOf } from './report.ts';

/** For build servers. A warning is a passed test case with a word on standard error. */
export function junitReport(source: ReportSource): string {
  const { run } = source;
  const suites = byFamily(run.outcomes.map(({ check }) => check)).map(([family]) => {
    const outcomes = run.outcomes.filter(({ check }) => familyOf(check) === family);
    const count = (...kinds: Outcome['kind'][]) => outcomes.filter(({ kind }) => kinds.includes(kind)).length;
    const counts =
      `tests="${outcomes.length}" failures="${count('failed', 'unexpected-pass')}" errors="${count('broken')}" ` +
      `skipped="${count('not-tested', 'expected-failure')}"`;
    const cases = outcomes.map((outcome) => testCase(source, outcome)).join('');
    return `  <testsuite name="${family}" ${counts}>\n${cases}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escapeMarkup(run.url)}">\n${suites.join('')}</testsuites>\n`;
}

function testCase(source: ReportSource, outcome: Outcome): string {
  const { check, durationMs } = outcome;
  const message = escapeMarkup(messageOf(source, outcome) ?? '');
  const body = escapeMarkup(
    `${check.level} ${check.requirements.join(', ')}: ${check.expects}\n${transcriptOf(source, outcome)}`,
  );
  const head = `    <testcase classname="${familyOf(check)}" name="${escapeMarkup(check.id)}" time="${(durationMs / 1000).toFixed(3)}"`;
  switch (outcome.kind) {
    case 'passed':
      return `${head}/>\n`;
    case 'failed':
    case 'unexpected-pass':
      return `${head}>\n      <failure message="${message}">${body}</failure>\n    </testcase>\n`;
    case 'broken':
      return `${head}>\n      <error message="${message}">${body}</error>\n    </testcase>\n`;
    case 'warned':
      return `${head}>\n      <system-err>${message}\n${body}</system-err>\n    </testcase>\n`;
    default:
      return `${head}>\n      <skipped message="${message}"/>\n    </testcase>\n`;
  }
}
