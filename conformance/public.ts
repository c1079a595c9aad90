/**
 * The examiner as a library.
 *
 *     import { readConformanceConfig, runConformance, writeReport } from 'gsp-otp/conformance';
 *
 *     const { run, masks } = await runConformance(readConformanceConfig('conformance.yaml'), { only: ['IDEM'] });
 *     process.stdout.write(writeReport('text', { run, masks }));
 *     process.exitCode = run.exitCode;
 */
export type { Check, Family, Level } from './checks/check.ts';
export { type Coverage, coverageOf } from './checks/coverage.ts';
export type { Masks } from './google/masks.ts';
export type { ReportFormat, ReportSource } from './reports/report.ts';
export { writeReport } from './reports/write-report.ts';
export { type ConformanceConfig, ConformanceConfigError } from './run/config.ts';
export { CouldNotRun } from './run/could-not-run.ts';
export type { ConformanceRun, Latency, Outcome, OutcomeKind } from './run/outcome.ts';
export type { Plan } from './run/plan.ts';
export { readConformanceConfig } from './run/read-config.ts';
export {
  type ConformanceResult,
  planConformance,
  type RunOptions,
  runConformance,
} from './run/suite.ts';
