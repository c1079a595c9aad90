import type { PayloadCodec } from '../ports/payload-codec.ts';
import { mediaTypeOf } from '../protocol/content-type.ts';
import { NOTHING_TOLD, type Told } from './call-report.ts';
import { failureOf } from './failures.ts';
import { Places } from './places.ts';
import { createServe, type SealedReply, type SealedRequest, type ServeParts, toldOf } from './serve.ts';

export interface PipelineParts extends ServeParts {
  /** By media type. */
  readonly codecs: ReadonlyMap<string, PayloadCodec>;
  /** Calls at once, half of them of callers who proved nothing; one more is answered 503, with nothing done. */
  readonly concurrentMax: number;
}

export interface Pipeline {
  (request: SealedRequest): Promise<SealedReply>;
  /**
   * What to answer a request whose body hasn't been read, if there is no capacity for it: so a refusal in an overload
   * costs next to nothing. `undefined`: read it. [OQ-60]
   */
  turnAway(call: Omit<SealedRequest, 'body'>): SealedReply | undefined;
}

/**
 * The way of a call, in three files: here, whether there is a codec and a place for it; in `serve.ts`, how it is opened,
 * sealed and reported; in `answer.ts`, what it is answered.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { codecs, entropy, report } = parts;
  const serve = createServe(parts);
  const places = new Places(parts.concurrentMax);
  const codecOf = (contentType: string | undefined) => codecs.get(mediaTypeOf(contentType) ?? '');

  /** Nothing can be opened or sealed, so nothing is done or said; whoever reads the log is told. */
  function refuse({ method }: Pick<SealedRequest, 'method'>, status: number, told: Told): SealedReply {
    report({ ...NOTHING_TOLD, ...told, method, callId: entropy.id(), status, durationMs: 0 });
    return { status, contentType: undefined, body: undefined };
  }

  async function call(request: SealedRequest): Promise<SealedReply> {
    const leave = places.enter(request.caller.proved);
    if (!leave) return refuse(request, 503, { reason: 'too many requests at once' });
    try {
      const codec = codecOf(request.contentType);
      if (codec) return await serve(request, codec);
      request.caller.offend();
      return refuse(request, 400, { reason: 'no such content type is served' }); // [OQ-21]
    } finally {
      leave();
    }
  }

  function turnAway(request: Omit<SealedRequest, 'body'>): SealedReply | undefined {
    const codec = codecOf(request.contentType);
    try {
      if (codec?.hasRoom?.(request.caller, parts.budgetMs) ?? true) return undefined;
    } catch (thrown) {
      const failure = failureOf(thrown);
      return refuse(request, failure.status, toldOf(failure));
    }
    return refuse(request, 503, { reason: 'the cryptography threads have no capacity left' });
  }

  return Object.assign(call, { turnAway });
}
