import type { VerifiedText } from '../domain/outcome.ts';
import type { MethodName } from '../ports/method-name.ts';
import type { GuardFinding } from '../ports/otp-store.ts';
import type { Delivery } from '../ports/sms-gateway.ts';

/** What is told of one call when it is over: one log line, a few counters. Nothing in it is secret. [ERR-4] */
export interface CallReport {
  readonly method: MethodName;
  /** Also the paymentIntegrator… id of the answer, unless that is a replay's. [ERR-8] */
  readonly callId: string;
  /** `undefined`: the request did not get as far as a readable header. */
  readonly requestId: string | undefined;
  readonly status: number;
  /** Result code, or ErrorResponse code. `undefined`: an error without one, or echo. */
  readonly result: string | undefined;
  /** Why: a quota's or policy's name, what the gateway said, which field was wrong. */
  readonly reason: string | undefined;
  readonly replayed: boolean;
  readonly delivery: Delivery | undefined;
  /** Of the text that was handed over, ISO 3166-1 alpha-2. `undefined`: none was, or of no one country. */
  readonly country: string | undefined;
  /** What the money guard found against the text. */
  readonly guard: GuardFinding | undefined;
  /** Whose text was verified by this call. */
  readonly verified: VerifiedText | undefined;
  /** The request had a context that this version doesn't know, and was served as if it had none. [OQ-19] */
  readonly unknownContext: boolean;
  /** For a fault: what was thrown. */
  readonly cause: Error | undefined;
  readonly fault: 'unavailable' | 'bug' | undefined;
  readonly durationMs: number;
}

/** What the steps of a call find out for its report. */
export type Told = Partial<Omit<CallReport, 'method' | 'callId' | 'status' | 'durationMs'>>;

export const NOTHING_TOLD = {
  requestId: undefined,
  result: undefined,
  reason: undefined,
  replayed: false,
  delivery: undefined,
  country: undefined,
  guard: undefined,
  verified: undefined,
  unknownContext: false,
  cause: undefined,
  fault: undefined,
} satisfies Required<Told>;
