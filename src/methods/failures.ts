import { UnavailableError } from '../ports/unavailable.ts';
import { type ErrorResponseCode, statusOf, WireError } from '../protocol/error-response.ts';

/** What the wire tells of something thrown, and what the log tells. */
export interface Failure {
  readonly status: number;
  readonly code: ErrorResponseCode | undefined;
  readonly description: string | undefined;
  /** `wire`: the request's fault. `unavailable`: the world's. `bug`: ours. */
  readonly kind: 'wire' | 'unavailable' | 'bug';
  /** For the log alone; `undefined` where the description says it all. */
  readonly cause: Error | undefined;
}

/** A twin of this request is still being worked on. No code: USER_ACTION_IN_PROGRESS is not for this. [OQ-8] */
export class BusyError extends Error {
  override readonly name = 'BusyError';

  constructor() {
    super('the same request is still being processed; try again');
  }
}

/** [IDEM-6] */
export function idempotencyViolation(): WireError {
  return new WireError('IDEMPOTENCY_VIOLATION', 'the requestId was used before with other parameters');
}

/**
 * The only place where something thrown becomes an ErrorResponse, the same for every method [HTTP-2, ERR-3, ECHO-2].
 * Nothing thrown is recorded: the same request id is judged anew when it comes again. [ERR-6, IDEM-7]
 */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof WireError) {
    const { code, description } = thrown;
    return { status: statusOf(code), code, description, kind: 'wire', cause: undefined };
  }
  if (thrown instanceof BusyError) {
    return { status: 409, code: undefined, description: thrown.message, kind: 'wire', cause: undefined };
  }
  if (thrown instanceof UnavailableError) {
    // Nobody outside needs to know which part is down; the retry is what counts. [IDEM-3]
    return { status: 503, code: undefined, description: undefined, kind: 'unavailable', cause: thrown };
  }
  const cause = thrown instanceof Error ? thrown : new Error('something that is no Error was thrown');
  return { status: 500, code: undefined, description: undefined, kind: 'bug', cause };
}
