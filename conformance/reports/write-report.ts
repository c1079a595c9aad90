import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import type { ReportFormat, ReportSource } from './report.ts';
import { textReport } from './text.ts';

export function writeReport(format: ReportFormat, source: ReportSource): string {
  switch (format) {
    case 'text':
      return textReport(source);
    case 'json':
      return jsonReport(source);
    case 'junit':
      return junitReport(source);
    case 'html':
      return htmlReport(source);
  }
}
