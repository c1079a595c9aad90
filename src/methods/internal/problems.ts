import { UnavailableError } from '../../ports/unavailable.ts';
import type { Described } from './schemas.ts';

/** Every problem that the internal API answers: its HTTP status, and what it means. The name is the end of its type. */
export const PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not JSON as it is read here' },
  'invalid-request': { status: 400, title: 'A member of the request is missing or wrong' },
  'idempotency-key-missing': { status: 400, title: 'The operation needs the header Idempotency-Key' },
  unauthenticated: { status: 401, title: 'Nothing proves who calls' },
  forbidden: { status: 403, title: 'The caller lacks the scope that the operation needs' },
  'not-found': { status: 404, title: 'There is no such route' },
  'unknown-request': { status: 404, title: 'No request with that id is known' },
  'unknown-account': { status: 404, title: 'The account directory has no such account' },
  'unknown-association': { status: 404, title: 'The association id names nobody' },
  'method-not-allowed': { status: 405, title: 'The route has no such HTTP method' },
  'under-way': { status: 409, title: 'The same call is still being carried out' },
  'association-taken': {
    status: 409,
    title: 'The association id came in another attempt, names another account, or was removed',
  },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of another media type than application/json' },
  misdirected: { status: 421, title: 'The server was called by a name that it does not have' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used before with another body' },
  'too-many-calls': { status: 429, title: 'The caller has too many calls at once' },
  bug: { status: 500, title: 'The server made a mistake' },
  unavailable: { status: 503, title: 'A part of the server is down or overloaded' },
} as const;

export type ProblemName = keyof typeof PROBLEMS;

/** Which member of a request is wrong, and why. */
export type FieldFault = NonNullable<Described<'Problem'>['errors']>[number];

/** A call that is not carried out: thrown where that is noticed, answered as problem details. [RFC 9457] */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly status: number;
  readonly errors: readonly FieldFault[];
  /** For the log alone: what was behind it. `undefined`: the problem says it all. */
  override readonly cause: Error | undefined;

  /** `detail` and `errors` name members, limits and kinds of fault, and quote nothing of the request. [ERR-4] */
  constructor(
    problem: ProblemName,
    detail: string,
    { errors = [], cause }: { readonly errors?: readonly FieldFault[]; readonly cause?: Error } = {},
  ) {
    super(detail);
    this.problem = problem;
    this.status = PROBLEMS[problem].status;
    this.errors = errors;
    this.cause = cause;
  }

  /** The body of the answer. `callId` names the call in the log. */
  toBody(callId: string): Described<'Problem'> {
    const { title, status } = PROBLEMS[this.problem];
    return {
      type: `${PROBLEM_TYPES}${this.problem}`,
      title,
      status,
      detail: this.message,
      callId,
      ...(this.errors.length > 0 && { errors: [...this.errors] }),
    };
  }
}

/** What stands before the name of a problem in its type. */
export const PROBLEM_TYPES = 'urn:problem-type:gsp-otp:';

/** The only place where something thrown becomes a problem. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof UnavailableError)
    return new Problem('unavailable', 'try again; the log says which part it is', { cause: thrown });
  const cause = thrown instanceof Error ? thrown : new Error('something that is no Error was thrown');
  return new Problem('bug', 'the log says where', { cause });
}
