import { UnavailableError } from '../../ports/unavailable.ts';

/**
 * What is known of a statement that failed.
 * - `stale`: nothing was written, since somebody else was at the same rows; it may be tried again.
 * - `refused`: nothing was written; the same again would fail again.
 * - `unreachable`: nothing was written, for no server that writes could be asked.
 * - `unknown`: the server's word never came, or says too little: it may have been written.
 */
export type FailureKind = 'stale' | 'refused' | 'unreachable' | 'unknown';

/** Serialization failure, deadlock, lock not available; somebody made the same row first. */
const STALE = ['40001', '40P01', '55P03', '23505', '23502'];

/** A server that only reads. */
const READ_ONLY = '25006';

/** A server that another one has taken the place of, or that is going away: another one is to be asked. */
const ELSEWHERE = [READ_ONLY, '57P01', '57P02', '57P03', '57P04', '57P05'];

/**
 * Ended by somebody, or told by a pooler of a server that it has lost: some poolers call that an error like any other.
 */
const NO_WORD = /^(?:08|57|58)/;

/** Classes of what is wrong with the statement itself, or with its values. */
const OF_STATEMENT = /^(?:0A|2[123]|42|54)/;

/** The SQLSTATE of an error that the server told. `undefined`: the connection failed. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : undefined;
}

export function failureKindOf(error: unknown): FailureKind {
  const state = sqlStateOf(error);
  if (state === undefined || NO_WORD.test(state)) return 'unknown';
  if (STALE.includes(state)) return 'stale';
  if (state === READ_ONLY) return 'unreachable';
  // After an ERROR the server undid the statement; it says so in the language that it was set to.
  const isError = error instanceof Error && 'severity' in error && error.severity === 'ERROR';
  return isError || OF_STATEMENT.test(state) ? 'refused' : 'unknown';
}

/** Whether the connection, and perhaps the server, is of no use any more. */
export function asksElsewhere(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === undefined || state.startsWith('08') || ELSEWHERE.includes(state);
}

/** As callers of the store are told. What is no failure of the database, such as what a `decide` threw, stays as it is. */
export function storeFailure(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  return new UnavailableError(`the database failed: ${error.message}`, { cause: error.cause });
}

/** A statement that failed, or a connection that could not be made. */
export class DatabaseError extends UnavailableError {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, cause: unknown) {
    // What the server writes of rows and values is in other fields.
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.kind = kind;
  }
}
