import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { sameBytes } from '../domain/challenge/same-bytes.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Caller } from '../ports/caller.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import type { MethodName } from '../ports/method-name.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { JsonObject } from '../ports/text/json.ts';
import { fingerprint } from '../protocol/fingerprint.ts';
import { checkTimestamp, readRequestHeader } from '../protocol/headers.ts';
import { parseRequest } from '../protocol/strict-json.ts';
import type { Told } from './call-report.ts';
import type { Call, MethodCatalog, Prepared } from './catalog.ts';
import { type Failure, failureOf, idempotencyViolation } from './failures.ts';
import { inTime } from './in-time.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { settled } from './settled.ts';

export interface AnswerParts {
  readonly catalog: MethodCatalog;
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly digestKey: OtpKeys['digestKey'];
  /** How long a twin waits for the first of two equal requests. [OQ-8] */
  readonly twinWaitMs: number;
}

/** A request as it was opened. */
export interface OpenedRequest {
  readonly method: MethodName;
  readonly payload: Uint8Array;
  /** It was neither sealed nor signed: anyone may have written it. */
  readonly keyless: boolean;
  readonly caller: Caller;
  readonly callId: string;
  /** Of all but sealing. */
  readonly deadline: Deadline;
}

export type Answered = { readonly payload: JsonObject; readonly told: Told } | Refused;

export interface Refused {
  readonly failure: Failure;
  /** It was opened, and is as young as it says: no stranger's garbage. */
  readonly authentic: boolean;
  readonly told: Told;
}

/**
 * What an opened request is answered. The order of the checks is that of the protocol's §10.4, and nothing is read from
 * or written to the store before the header has passed. [ORD-1, ORD-2] Never rejects.
 */
export function createAnswer(parts: AnswerParts): (request: OpenedRequest) => Promise<Answered> {
  const { clock } = parts;
  const oneAtATime = createOneAtATime(clock, parts.twinWaitMs);

  return async ({ method, payload, keyless, caller, callId, deadline }) => {
    let told: Told = {};
    let authentic = false;
    try {
      const body = parseRequest(payload); // steps 2 to 5
      const header = readRequestHeader(body); // steps 6 and 7
      const { requestId } = header;
      told = { requestId };
      // On every arrival, replays included. [HDR-4, IDEM-10]
      checkTimestamp(header, clock.nowMs());
      authentic = true;
      // What anyone can write confirms nothing. [OQ-69]
      if (!keyless) clock.confirm?.(header.requestTimestampMs);
      const call = { requestId, fingerprint: fingerprint(body, parts.digestKey), callId, deadline };
      const work = () => recallOrPerform(method, body, call, caller, parts);
      // Work that is late goes on, and keeps its twins waiting, but this caller is told in time. [OPS-2]
      const { prepared, outcome } = await inTime(
        clock,
        deadline,
        oneAtATime(`${method} ${requestId}`, deadline, work),
      );
      told = { ...told, unknownContext: prepared.unknownContext ?? false };
      const settlement = settled(outcome);
      told = { ...told, ...settlement.told };
      return { payload: prepared.encode(settlement.answer, clock.nowMs()), told };
    } catch (thrown) {
      return { failure: failureOf(thrown), authentic, told };
    }
  };
}

/** Steps 9 to 11, for whoever of several equal requests comes first. */
async function recallOrPerform(
  method: MethodName,
  body: JsonObject,
  call: Call,
  caller: Caller,
  { store, catalog }: AnswerParts,
): Promise<{ readonly prepared: Prepared; readonly outcome: Outcome }> {
  const record = await store.recall({ method, requestId: call.requestId });
  const isCompleted = record?.state === 'completed';
  if (isCompleted && !sameBytes(record.fingerprint, call.fingerprint)) throw idempotencyViolation();
  const prepared = catalog[method](body);
  // Whoever repeats what was sent before may be anybody who overheard it. [OQ-60]
  if (record === undefined) caller.prove();
  if (isCompleted) return { prepared, outcome: { kind: 'replay', record } };
  return { prepared, outcome: await prepared.perform(call) };
}
