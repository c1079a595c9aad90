import type { OtpKeys } from '../domain/challenge/otp-keys.ts';
import { sameBytes } from '../domain/challenge/same-bytes.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Caller } from '../ports/caller.ts';
import type { Clock, Deadline } from '../ports/clock.ts';
import { createDeadline, earlier, within } from '../ports/deadline.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { MethodName, OtpStore, StoredAnswer } from '../ports/otp-store.ts';
import type { OpenedBody, PayloadCodec } from '../ports/payload-codec.ts';
import { UnavailableError } from '../ports/unavailable.ts';
import { mediaTypeOf } from '../protocol/content-type.ts';
import { encodeErrorResponse, WireError } from '../protocol/error-response.ts';
import { fingerprint } from '../protocol/fingerprint.ts';
import { checkTimestamp, readRequestHeader } from '../protocol/headers.ts';
import { encodeJson, type JsonObject } from '../protocol/json.ts';
import { parseRequest } from '../protocol/strict-json.ts';
import type { CallReport } from './call-report.ts';
import type { MethodCatalog, Prepared } from './catalog.ts';
import { BusyError, type Failure, failureOf } from './failures.ts';
import { InFlight } from './in-flight.ts';
import { LeakyBucket } from './leaky-bucket.ts';
import { Places } from './places.ts';

export interface PipelineParts {
  readonly catalog: MethodCatalog;
  /** By media type. */
  readonly codecs: ReadonlyMap<string, PayloadCodec>;
  readonly store: OtpStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly digestKey: OtpKeys['digestKey'];
  /** Called once a call, after its answer is made, also if nothing looked at it. Must not throw. */
  readonly report: (report: CallReport) => void;
  /**
   * Time for one request, from its arrival to its answer, whatever codec, directory, store and gateways do. The last
   * tenth is kept for sealing: until then all else must be done, or the answer is 503, and what can't be sealed by the
   * end has no body. [OPS-2]
   */
  readonly budgetMs: number;
  /** How long a twin waits for the first of two equal requests. [OQ-8] */
  readonly twinWaitMs: number;
  /** Calls at once, half of them of callers who proved nothing; one more is answered 503, with nothing done. */
  readonly concurrentMax: number;
}

/** A request as it came. */
export interface SealedRequest {
  readonly method: MethodName;
  /** The header, whole; `undefined`: none was given. */
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  readonly caller: Caller;
}

/** `body` is `undefined` where nothing can or may be said. [ERR-2] */
export interface SealedReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | undefined;
}

export interface Pipeline {
  (request: SealedRequest): Promise<SealedReply>;
  /**
   * What to answer a request whose body hasn't been read, if there is no capacity for it: so a refusal in an overload
   * costs next to nothing. `undefined`: read it. [OQ-60]
   */
  turnAway(call: Omit<SealedRequest, 'body'>): SealedReply | undefined;
}

/** How often a request that another process works on is looked at again. */
const POLL_MS = 50;

const EMPTY = { contentType: undefined, body: undefined };

/** Of the budget, kept for sealing. */
const SEAL_SHARE = 0.1;

/** Refusals of what anybody may have sent that are worth a signature: so many at once, then one each so many ms. [OQ-7] */
const SEALED_REFUSALS_MAX = 100;
const SEALED_REFUSAL_MS = 100;

/** What a call is served with. */
interface Served {
  readonly codec: PayloadCodec;
  readonly caller: Caller;
  readonly callId: string;
  /** Of all but sealing. */
  readonly deadline: Deadline;
}

/** What is found out about a call on its way, for its report. */
type Findings = { -readonly [Key in keyof CallReport]?: CallReport[Key] } & {
  /** Whether it was opened, and is as young as it says: no stranger's garbage. */
  authentic?: boolean;
};

/**
 * One call from sealed request to sealed reply, top to bottom. The order of the checks is that of the protocol's
 * §10.4, and nothing is read from or written to the store before the header has passed. [ORD-1, ORD-2]
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { codecs, store, clock, entropy, catalog, report, digestKey } = parts;
  const inFlight = new InFlight(clock);
  const places = new Places(parts.concurrentMax);
  const sealedRefusals = new LeakyBucket(clock, SEALED_REFUSAL_MS, SEALED_REFUSALS_MAX);

  /** Nothing can be opened or sealed, so nothing is done or said; whoever reads the log is told. */
  function refuse({ method }: Pick<SealedRequest, 'method'>, status: number, reason: string): SealedReply {
    report({ ...NOTHING_FOUND, method, callId: entropy.id(), status, reason, durationMs: 0 });
    return { status, ...EMPTY };
  }

  async function serve(request: SealedRequest): Promise<SealedReply> {
    const codec = codecs.get(mediaTypeOf(request.contentType) ?? '');
    const { caller } = request;
    if (codec === undefined) {
      caller.offend();
      return refuse(request, 400, 'no such content type is served'); // [OQ-21]
    }
    if (codec.keyless) caller.prove(); // [OQ-80]
    const startedAtMs = clock.steadyMs();
    const callId = entropy.id();
    const deadline = createDeadline(clock, parts.budgetMs);
    const findings: Findings = {};
    let reply: SealedReply;
    const seal = (payload: JsonObject) => inTime(deadline, codec.seal(encodeJson(payload), deadline));
    try {
      const worked = earlier(clock, deadline, SEAL_SHARE * parts.budgetMs);
      const payload = await answer(request, { codec, caller, callId, deadline: worked }, findings);
      // Whatever the result says: what could be processed is 200. [HTTP-1]
      reply = await replyWith(() => seal(payload), 200, codec, findings);
    } catch (thrown) {
      const failure = failureOf(thrown);
      tell(findings, failure);
      const worth = isWorthSealing(failure, codec, caller, findings);
      if (failure.kind === 'wire' && !findings.authentic) caller.offend();
      const payload = errorPayload(failure, callId, clock.nowMs());
      reply = worth
        ? await replyWith(() => seal(payload), failure.status, codec, findings)
        : { status: failure.status, ...EMPTY };
    }
    const { authentic: _, ...found } = findings;
    report({
      ...NOTHING_FOUND,
      ...found,
      method: request.method,
      callId,
      status: reply.status,
      durationMs: clock.steadyMs() - startedAtMs,
    });
    return reply;
  }

  /**
   * A refusal costs as much to seal as an answer does. One for lack of capacity would take the threads from the work, and
   * what anybody can bring about as often as he likes is sealed now and then only. [OQ-7, ERR-2]
   */
  function isWorthSealing({ kind }: Failure, codec: PayloadCodec, caller: Caller, { authentic }: Findings) {
    if (codec.keyless) return true;
    if (kind === 'unavailable') return false;
    return caller.proved || authentic === true || sealedRefusals.take();
  }

  async function answer(
    { method, body }: SealedRequest,
    { codec, caller, callId, deadline }: Served,
    findings: Findings,
  ): Promise<JsonObject> {
    const opened = await inTime(deadline, codec.open(body, deadline, caller));
    const request = parseRequest(payloadOf(opened)); // steps 2 to 5
    const header = readRequestHeader(request); // steps 6 and 7
    findings.requestId = header.requestId;
    // On every arrival, replays included. [HDR-4, IDEM-10]
    checkTimestamp(header, clock.nowMs());
    findings.authentic = true;
    // What anyone can write confirms nothing. [OQ-69]
    if (codec.keyless !== true) clock.confirm?.(header.requestTimestampMs);
    const print = fingerprint(request, digestKey);
    const call = { requestId: header.requestId, fingerprint: print, callId, deadline };
    const answering = oneAtATime(method, call.requestId, deadline, () => once(method, request, call, caller));
    // Work that is late goes on, and keeps its twins waiting, but this caller is told in time. [OPS-2]
    const { prepared, outcome } = await inTime(deadline, answering);
    findings.unknownContext = prepared.unknownContext ?? false;
    const answered = settled(outcome, findings);
    findings.result = answered.result || undefined;
    return prepared.encode(answered, clock.nowMs());
  }

  function inTime<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
    return within(clock, deadline, work, () => {
      throw new UnavailableError('the request was not answered by its deadline');
    });
  }

  /** Steps 9 to 11 for whoever of several equal requests comes first. */
  async function once(
    method: MethodName,
    request: JsonObject,
    call: Parameters<Prepared['perform']>[0],
    caller: Caller,
  ) {
    const record = await store.recall({ method, requestId: call.requestId });
    if (record?.state === 'completed' && !sameBytes(record.fingerprint, call.fingerprint)) {
      throw violation();
    }
    const prepared = catalog[method](request);
    // Whoever repeats what was sent before may be anybody who overheard it. [OQ-60]
    if (record === undefined) caller.prove();
    if (record?.state === 'completed') return { prepared, outcome: { kind: 'replay', record } as const };
    return { prepared, outcome: await prepared.perform(call) };
  }

  /** Lets equal request ids wait for each other, in this process and, by asking again, in others. [OQ-8] */
  async function oneAtATime<T extends { readonly outcome: Outcome }>(
    method: MethodName,
    requestId: string,
    deadline: Deadline,
    work: () => Promise<T>,
  ): Promise<T> {
    const key = `${method} ${requestId}`;
    const waitUntilMs = Math.min(deadline.atMs, clock.steadyMs() + parts.twinWaitMs);
    for (;;) {
      const leave = inFlight.enter(key);
      if (leave === undefined) {
        await inFlight.left(key, Math.max(0, waitUntilMs - clock.steadyMs()));
      } else {
        const done = await work().finally(leave);
        if (done.outcome.kind !== 'busy') return done;
        await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
      }
      if (clock.steadyMs() >= waitUntilMs) {
        throw new BusyError('the same request is still being processed; try again');
      }
    }
  }

  async function call(request: SealedRequest): Promise<SealedReply> {
    const leave = places.enter(request.caller.proved);
    if (!leave) return refuse(request, 503, 'too many requests at once');
    try {
      return await serve(request);
    } finally {
      leave();
    }
  }

  function turnAway(request: Omit<SealedRequest, 'body'>): SealedReply | undefined {
    const codec = codecs.get(mediaTypeOf(request.contentType) ?? '');
    if (codec?.hasRoom?.(request.caller, parts.budgetMs) ?? true) return undefined;
    return refuse(request, 503, 'the cryptography threads have no capacity left');
  }

  return Object.assign(call, { turnAway });
}

function payloadOf(opened: OpenedBody): Uint8Array {
  switch (opened.kind) {
    case 'opened':
      return opened.payload;
    case 'undecryptable':
      throw new WireError('INVALID_PAYLOAD_ENCRYPTION', 'the payload could not be decrypted'); // [OQ-7]
    case 'unreadable':
      throw new WireError('INVALID_DECRYPTED_REQUEST', 'the decrypted payload has a form that is not read'); // [OQ-78]
    case 'wrongly-signed':
      throw new WireError('INVALID_PAYLOAD_SIGNATURE', 'no valid signature by a known active key');
  }
}

async function replyWith(
  seal: () => Promise<Uint8Array>,
  status: number,
  { contentType }: PayloadCodec,
  findings: Findings,
): Promise<SealedReply> {
  try {
    return { status, contentType, body: await seal() };
  } catch (thrown) {
    // What can't be sealed is not sent in the clear. A success is kept and replayed on retry. [OQ-7, ERR-2]
    const failure = failureOf(thrown);
    tell(findings, failure);
    return { status: status === 200 ? failure.status : status, ...EMPTY };
  }
}

/** The answer that an outcome stands for; throws what the wire calls an error. */
function settled(outcome: Outcome, findings: Findings): StoredAnswer {
  switch (outcome.kind) {
    case 'answered':
      findings.reason = outcome.reason || undefined;
      findings.delivery = outcome.delivery;
      findings.country = outcome.country;
      findings.guardEvent = outcome.guardEvent;
      findings.verified = outcome.verified;
      return outcome.answer;
    case 'replay':
      findings.replayed = true;
      if (outcome.record.answer === undefined) throw new TypeError('a completed request has no answer');
      return outcome.record.answer;
    case 'conflict':
      throw violation();
    case 'unknown-identifier':
      // The type of the identifier, never its value. [ERR-5]
      throw new WireError('INVALID_IDENTIFIER', `unknown ${outcome.identifier}`);
    case 'busy':
      throw new BusyError('the same request is still being processed; try again');
  }
}

function violation(): WireError {
  return new WireError('IDEMPOTENCY_VIOLATION', 'the requestId was used before with other parameters'); // [IDEM-6]
}

function errorPayload({ code, description }: Failure, errorIdentifier: string, nowMs: number): JsonObject {
  return encodeErrorResponse({ code, description, errorIdentifier, nowMs });
}

function tell(findings: Findings, failure: Failure): void {
  findings.result = failure.code;
  findings.reason = failure.description ?? failure.cause?.message;
  findings.cause = failure.cause;
  findings.fault = failure.kind === 'wire' ? undefined : failure.kind;
}

const NOTHING_FOUND = {
  requestId: undefined,
  result: undefined,
  reason: undefined,
  replayed: false,
  delivery: undefined,
  country: undefined,
  guardEvent: undefined,
  verified: undefined,
  unknownContext: false,
  cause: undefined,
  fault: undefined,
} satisfies Partial<CallReport>;
