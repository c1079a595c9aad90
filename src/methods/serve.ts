import { BUDGET } from '../ports/budget.ts';
import type { Caller } from '../ports/caller.ts';
import type { Deadline } from '../ports/clock.ts';
import { createDeadline, earlier } from '../ports/deadline.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { MethodName } from '../ports/method-name.ts';
import type { OpenedBody, PayloadCodec } from '../ports/payload-codec.ts';
import { encodeJson, type JsonObject } from '../ports/text/json.ts';
import { encodeErrorResponse, WireError } from '../protocol/error-response.ts';
import { type Answered, type AnswerParts, createAnswer, type Refused } from './answer.ts';
import { type CallReport, NOTHING_TOLD, type Told } from './call-report.ts';
import { type Failure, failureOf } from './failures.ts';
import { inTime } from './in-time.ts';
import { LeakyBucket } from './leaky-bucket.ts';

export interface ServeParts extends AnswerParts {
  readonly entropy: Entropy;
  /** Called once a call, after its answer is made, also if nothing looked at it. Must not throw. */
  readonly report: (report: CallReport) => void;
  /**
   * Time for one request, from its arrival to its answer, whatever codec, directory, store and gateways do. The last
   * part is kept for sealing: until then all else must be done, or the answer is 503, and what can't be sealed by the
   * end has no body. [OPS-2]
   */
  readonly budgetMs: number;
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

/** Serves a request whose codec is known. */
export type Serve = (request: SealedRequest, codec: PayloadCodec) => Promise<SealedReply>;

/** Refusals of what anybody may have sent that are worth a signature: so many at once, then one each so many ms. [OQ-7] */
const SEALED_REFUSALS_MAX = 100;
const SEALED_REFUSAL_MS = 100;

/** What is to be said. `payload`: `undefined`, nothing beyond the status. */
interface Said {
  readonly status: number;
  readonly payload: JsonObject | undefined;
  readonly told: Told;
}

/** One call from sealed request to sealed reply: opened, answered, sealed, reported. Never rejects. */
export function createServe(parts: ServeParts): Serve {
  const { clock, entropy, budgetMs } = parts;
  const answer = createAnswer(parts);
  const sealedRefusals = new LeakyBucket(clock, SEALED_REFUSAL_MS, SEALED_REFUSALS_MAX);

  return async (request, codec) => {
    const { method, caller } = request;
    if (codec.keyless) caller.prove(); // [OQ-80]
    const startedAtMs = clock.steadyMs();
    const callId = entropy.id();
    const deadline = createDeadline(clock, budgetMs);
    const worked = earlier(clock, deadline, BUDGET.sealShare * budgetMs);
    const answered = await openAndAnswer(request, codec, callId, worked);
    // Whatever the result says: what could be processed is 200. [HTTP-1]
    const said =
      'payload' in answered ? { status: 200, ...answered } : refusal(answered, codec, caller, callId);
    const seal = (payload: JsonObject) => inTime(clock, deadline, sealedBytes(payload, codec, deadline));
    const { told, ...reply } = await sealed(said, codec.contentType, seal);
    const durationMs = clock.steadyMs() - startedAtMs;
    parts.report({ ...NOTHING_TOLD, ...told, method, callId, status: reply.status, durationMs });
    return reply;
  };

  async function openAndAnswer(
    { method, body, caller }: SealedRequest,
    codec: PayloadCodec,
    callId: string,
    deadline: Deadline,
  ): Promise<Answered> {
    try {
      const payload = payloadOf(await inTime(clock, deadline, codec.open(body, deadline, caller)), codec);
      return await answer({ method, payload, keyless: codec.keyless === true, caller, callId, deadline });
    } catch (thrown) {
      return { failure: failureOf(thrown), authentic: false, told: {} };
    }
  }

  function refusal(
    { failure, authentic, told }: Refused,
    codec: PayloadCodec,
    caller: Caller,
    callId: string,
  ) {
    const worth = isWorthSealing(failure, authentic, codec, caller, sealedRefusals);
    if (failure.kind === 'wire' && !authentic) caller.offend();
    const terms = { ...failure, errorIdentifier: callId, nowMs: clock.nowMs() };
    const payload = worth ? encodeErrorResponse(terms) : undefined;
    return { status: failure.status, payload, told: { ...told, ...toldOf(failure) } };
  }
}

async function sealedBytes(payload: JsonObject, codec: PayloadCodec, deadline: Deadline) {
  const body: unknown = await codec.seal(encodeJson(payload), deadline);
  if (body instanceof Uint8Array) return body;
  throw new TypeError(`the codec of ${codec.mediaType} sealed to something that is no Uint8Array`);
}

function payloadOf(opened: OpenedBody, { mediaType }: PayloadCodec): Uint8Array {
  switch (opened.kind) {
    case 'opened':
      if (opened.payload instanceof Uint8Array) return opened.payload;
      throw new TypeError(`the codec of ${mediaType} opened to something that is no Uint8Array`);
    case 'undecryptable':
      throw new WireError('INVALID_PAYLOAD_ENCRYPTION', 'the payload could not be decrypted'); // [OQ-7]
    case 'unreadable':
      throw new WireError('INVALID_DECRYPTED_REQUEST', 'the decrypted payload has a form that is not read'); // [OQ-78]
    case 'wrongly-signed':
      throw new WireError('INVALID_PAYLOAD_SIGNATURE', 'no valid signature by a known active key');
    default:
      throw new TypeError(`the codec of ${mediaType} told no OpenedBody`);
  }
}

/**
 * A refusal costs as much to seal as an answer does. One for lack of capacity would take the threads from the work, and
 * what anybody can bring about as often as he likes is sealed now and then only. [OQ-7, ERR-2]
 */
function isWorthSealing(
  { kind }: Failure,
  authentic: boolean,
  codec: PayloadCodec,
  caller: Caller,
  sealedRefusals: LeakyBucket,
): boolean {
  if (codec.keyless) return true;
  if (kind === 'unavailable') return false;
  return caller.proved || authentic || sealedRefusals.take();
}

/** What can't be sealed is not sent in the clear. A success is kept and replayed on retry. [OQ-7, ERR-2] */
async function sealed(
  { status, payload, told }: Said,
  contentType: string,
  seal: (payload: JsonObject) => Promise<Uint8Array>,
): Promise<SealedReply & { readonly told: Told }> {
  if (payload === undefined) return { status, contentType: undefined, body: undefined, told };
  try {
    return { status, contentType, body: await seal(payload), told };
  } catch (thrown) {
    const failure = failureOf(thrown);
    const instead = status === 200 ? failure.status : status;
    return {
      status: instead,
      contentType: undefined,
      body: undefined,
      told: { ...told, ...toldOf(failure) },
    };
  }
}

/** What the report of a call tells of a failure. */
export function toldOf({ kind, code, description, cause }: Failure): Told {
  const fault = kind === 'wire' ? undefined : kind;
  return { result: code, reason: description ?? cause?.message, cause, fault };
}
