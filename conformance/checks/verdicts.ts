/** The endpoint did something else than the check expects. The message says what, in one sentence. */
export class EndpointFault extends Error {
  override readonly name = 'EndpointFault';
}

/** The check can't be made with what was given. The message says what would be needed. */
export class NotTested extends Error {
  override readonly name = 'NotTested';
}

/** Throws an `EndpointFault` unless the condition holds. */
export function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new EndpointFault(otherwise);
}
