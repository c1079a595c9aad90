import type { Scope } from '../../ports/caller.ts';
import type { Clock, Deadline } from '../../ports/clock.ts';
import { createDeadline } from '../../ports/deadline.ts';
import type { Entropy } from '../../ports/entropy.ts';
import { inTime } from '../in-time.ts';
import { decodeRequest, readIdempotencyKey } from './decode.ts';
import { type OperationName, operations, type RequestOf, type ResponseOf } from './operations.ts';
import { Problem, problemOf } from './problems.ts';

/** Who a caller proved to be, and what he may do. */
export interface ProvedCaller {
  /** As the settings call it. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope> | 'all';
  readonly proof: 'token' | 'hmac' | 'certificate' | 'none';
}

/** What can be called: an operation, or the description of all. */
export type CalledName = OperationName | 'openapi';

/** What is told of one call when it is over: one line of the audit log, and counters. Nothing in it is secret. */
export interface InternalReport {
  /** Also in the problem details that were answered. */
  readonly callId: string;
  /** `undefined`: nobody proved to be one. */
  readonly caller: ProvedCaller | undefined;
  /** `openapi`: the description of all. `undefined`: a route that there is not. */
  readonly operation: CalledName | undefined;
  readonly status: number;
  /** Result of what was done, or the name of the problem; `undefined`: done, and there is no more to say. */
  readonly result: string | undefined;
  /** Of the request by Google that it was about. */
  readonly requestId: string | undefined;
  /** Whom it was about: a kind and the beginning of a keyed digest, such as `account 1f0c…`. */
  readonly subject: string | undefined;
  /** In words: how much was done, or what was wrong. */
  readonly detail: string | undefined;
  /** Of a fault of ours or of the world: what was thrown. */
  readonly cause: Error | undefined;
  readonly durationMs: number;
}

/** What the performer of an operation finds out for the report. */
export type InternalTold = Partial<Pick<InternalReport, 'result' | 'requestId' | 'subject' | 'detail'>>;

/** What a performer is told about the call that it serves. */
export interface PerformedCall {
  readonly deadline: Deadline;
  /** Empty where the operation has none. */
  readonly idempotencyKey: string;
  /** Throws `Problem` `forbidden` unless the caller has it. */
  readonly demand: (scope: Scope) => void;
  /** For the report, however the call ends. */
  readonly tell: (told: InternalTold) => void;
}

/** What carries out each operation. Throws `Problem` or `UnavailableError`. */
export type Performers = {
  readonly [Name in OperationName]: (
    request: RequestOf<Name>,
    call: PerformedCall,
  ) => Promise<ResponseOf<Name>>;
};

export interface InternalCallParts {
  readonly performers: Performers;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Time for one call. */
  readonly budgetMs: number;
  /** Called once a call. Must not throw. */
  readonly report: (report: InternalReport) => void;
}

/** What is answered; `body` becomes JSON. */
export interface InternalReply {
  readonly status: number;
  readonly body: object;
}

/** One call of the internal API, from its head to its answer. It ends with `perform`, `refuse` or `answer`, once. */
export class InternalCall {
  /** Whoever made it, as soon as that is proved. */
  caller: ProvedCaller | undefined;
  readonly operation: CalledName | undefined;
  readonly #parts: InternalCallParts;
  readonly #callId: string;
  readonly #startedAtMs: number;
  readonly #told: InternalTold = {};

  constructor(parts: InternalCallParts, operation: CalledName | undefined) {
    this.#parts = parts;
    this.operation = operation;
    this.#callId = parts.entropy.id();
    this.#startedAtMs = parts.clock.steadyMs();
  }

  /** Throws `Problem` `forbidden` unless the caller has the scope. */
  demand(scope: Scope): void {
    const { scopes = new Set() } = this.caller ?? {};
    if (scopes === 'all' || scopes.has(scope)) return;
    throw new Problem('forbidden', `the caller lacks the scope ${scope}`);
  }

  /**
   * Carries out the operation, whose request is a body or the parameters of a path. `header`: `Idempotency-Key`, if there is one.
   * Never rejects.
   */
  async perform<Name extends OperationName>(
    operation: Name,
    input: Uint8Array | Readonly<Record<string, string>>,
    header: string | undefined,
  ): Promise<InternalReply> {
    const { performers, clock, budgetMs } = this.#parts;
    const deadline = createDeadline(clock, budgetMs);
    try {
      const request = decodeRequest(operation, input);
      const tell = (told: InternalTold) => Object.assign(this.#told, told);
      const idempotencyKey = operations[operation].isKeyed ? readIdempotencyKey(header) : '';
      const demand = (scope: Scope) => this.demand(scope);
      const performed = performers[operation](request, { deadline, idempotencyKey, demand, tell });
      return this.answer(await inTime(clock, deadline, performed));
    } catch (thrown) {
      return this.refuse(problemOf(thrown));
    } finally {
      deadline.cancel();
    }
  }

  answer(body: object): InternalReply {
    this.#report({ status: 200 });
    return { status: 200, body };
  }

  refuse(problem: Problem): InternalReply {
    const { status, message: detail, cause } = problem;
    this.#report({ status, result: problem.problem, detail, cause });
    return { status, body: problem.toBody(this.#callId) };
  }

  #report(ended: Pick<InternalReport, 'status'> & Partial<InternalReport>): void {
    const { clock, report } = this.#parts;
    report({
      callId: this.#callId,
      caller: this.caller,
      operation: this.operation,
      result: undefined,
      requestId: undefined,
      subject: undefined,
      detail: undefined,
      cause: undefined,
      durationMs: clock.steadyMs() - this.#startedAtMs,
      ...this.#told,
      ...ended,
    });
  }
}
