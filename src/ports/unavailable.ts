/**
 * What an adapter throws when its part of the world is down, too slow or full: the store, the directory.
 * Nothing has happened when it is thrown, or nobody can know what has; the caller may try again.
 * `message` names the part and the fault, never a value from a request; `cause` is the driver's own error.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/**
 * An answer that could be given, and is kept back until an operator confirms it, since it does lasting harm if it is wrong.
 * To the caller it is an outage like any other.
 */
export class WithheldError extends UnavailableError {}
