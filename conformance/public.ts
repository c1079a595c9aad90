/**
 * The examiner as a library.
 *
 *     import { readConformanceConfig, runConformance, writeReport } from 'gsp-otp/conformance';
 *
 *     const { run, masks } = await runConformance(readConformanceConfig('conformance.yaml'), { only: ['IDEM'] });
 *     process.stdout.write(writeReport('text', { run, masks }));
 *     process.exitCode = run.exitCode;
 */
export type { Check, Family, Level, Phase } from './checks/check.ts';
export { type Coverage, coverageOf } from './checks/coverage.ts';
export type { RunWorld, SendOptions, Sent, Specimen, Trial } from './checks/trial.ts';
export type { Answer, AnswerMessage } from './google/answer.ts';
export type { Codec, CodecName } from './google/codecs/codec.ts';
export type { EchoPace, Time } from './google/echo-pace.ts';
export type { EndpointClock } from './google/endpoint-clock.ts';
export type { CallOptions, Google, GoogleWorld, Method } from './google/google.ts';
export type { HttpClient, HttpClientOptions, HttpRequest, HttpResponse } from './google/http-client.ts';
export type { Masks } from './google/masks.ts';
export type { Random } from './google/random.ts';
export type { Exchange, ReceivedText, TranscriptEntry } from './google/transcript.ts';
export type { ReportFormat, ReportSource } from './reports/report.ts';
export { writeReport } from './reports/write-report.ts';
export type { ConformanceConfig, KnownSubject, Subject, SubjectState } from './run/config.ts';
export { ConformanceConfigError } from './run/config-error.ts';
export { CouldNotRun } from './run/could-not-run.ts';
export type { ConformanceRun, Latency, Outcome, OutcomeKind } from './run/outcome.ts';
export type { Plan, Selection } from './run/plan.ts';
export { readConformanceConfig } from './run/read-config.ts';
export type { Settings } from './run/settings.ts';
export {
  type ConformanceResult,
  type PlanOptions,
  planConformance,
  type RunOptions,
  runConformance,
} from './run/suite.ts';
export type { Mailbox, Mailboxes } from './subjects/mailbox.ts';
export type { TextReader } from './subjects/sms/text-reader.ts';
export type { SubjectPool } from './subjects/subject-pool.ts';
