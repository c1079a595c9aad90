import { hiddenInId } from '../ports/hidden-characters.ts';

const REQUEST_ID = /^[A-Za-z0-9:_-]{1,100}$/;
const IDENTIFIER = /^\P{Cc}{1,256}$/u;

/*
 * Ids that come from systems of the integrator's own, whose types tell nothing at run time. Each throws `RangeError`, which names the
 * member and quotes no value.
 */

/** [HDR-1] */
export function requireRequestId(name: string, value: unknown): void {
  if (typeof value === 'string' && REQUEST_ID.test(value)) return;
  throw new RangeError(`${name} must be 1 to 100 characters from a-z A-Z 0-9 : - _`);
}

/** An id that is only compared. [OQ-34] */
export function requireIdentifier(name: string, value: unknown): void {
  if (isIdentifier(value)) return;
  throw new RangeError(`${name} must be 1 to 256 characters without controls`);
}

/** An id that is kept: what nobody sees in it would never be found again. [OQ-85] */
export function requireVisibleIdentifier(name: string, value: unknown): void {
  if (isIdentifier(value) && value.trim() === value && hiddenInId(value) === undefined) return;
  throw new RangeError(`${name} must be 1 to 256 characters that can be seen, without space at either end`);
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && IDENTIFIER.test(value);
}
