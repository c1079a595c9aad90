/**
 * The examiner as a library.
 *
 *     import { readConformanceConfig, runConformance, writeReport } from 'gsp-otp/conformance';
 *
 *     const { run, masks } = await runConformance(readConformanceConfig('conformance.yaml'), { only: ['IDEM'] });
 *     process.stdout.write(writeReport('text', { run, masks }));
 *     process.exitCode = run.exitCode;
 */
export type { Check, Family, Level } from './check.ts';
export { type ConformanceConfig, ConformanceConfigError } from './config.ts';
export { CouldNotRun } from './could-not-run.ts';
export { type Coverage, coverageOf } from './coverage.ts';
export type { Masks } from './masks.ts';
export type { ConformanceRun, Latency, Outcome, OutcomeKind } from './outcome.ts';
export type { Plan } from './plan.ts';
export { readConformanceConfig } from './read-config.ts';
export type { ReportFormat, ReportSource } from './reports/report.ts';
export { writeReport } from './reports/write-report.ts';
export {
  type ConformanceResult,
  planConformance,
  type RunOptions,
  runConformance,
} from './suite.ts';
