import { isJsonObject, type JsonObject, type JsonValue } from '../ports/text/json.ts';
import { WireError } from './error-response.ts';

/** Far above the identifiers in use, and a bound for whoever stores or looks one up. [OQ-34] */
const IDENTIFIER_CHARACTERS_MAX = 256;

/** No control characters: identifiers go into logs, and not every database can hold U+0000. [OQ-34] */
const IDENTIFIER = new RegExp(`^\\P{Cc}{1,${IDENTIFIER_CHARACTERS_MAX}}$`, 'u');

/**
 * Reads the known members of one JSON object. Whatever else the object holds is never looked at. [JSON-3]
 *
 * A member that is absent or `null` is unset: MISSING_REQUIRED_FIELD where it is required. A member of another
 * type, or of the right type but refused by `accepts`, is INVALID_FIELD_VALUE. [OQ-4] Both are thrown as
 * `WireError`, naming the field's whole path and what would be accepted. [ERR-4]
 */
export class Reader {
  readonly #object: JsonObject;
  readonly #path: string;

  /** `path` leads to `object` and ends in a dot, such as `requestHeader.`; it is empty for the body itself. */
  constructor(object: JsonObject, path = '') {
    this.#object = object;
    this.#path = path;
  }

  /** `undefined`: unset. */
  value(name: string): Exclude<JsonValue, null> | undefined {
    // Own members only: what a prototype carries was not sent.
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined;
  }

  optionalString(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.invalid(name, 'must be a string');
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#missing(name);
  }

  /**
   * An identifier that is opaque to us, since ids in samples of the reference don't keep to the characters of a
   * request id [HDR-9]: 1 to 256 characters of any kind but controls, to be compared exactly. `undefined`: unset.
   */
  optionalIdentifier(name: string): string | undefined {
    const value = this.optionalString(name);
    if (value === undefined || IDENTIFIER.test(value)) return value;
    throw this.invalid(name, `must be 1 to ${IDENTIFIER_CHARACTERS_MAX} characters without controls`);
  }

  identifier(name: string): string {
    return this.optionalIdentifier(name) ?? this.#missing(name);
  }

  /** A whole number from 0 to 2^53 - 1, as a JSON number. */
  optionalCount(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.invalid(name, 'must be a whole number, not below 0');
  }

  count(name: string): number {
    return this.optionalCount(name) ?? this.#missing(name);
  }

  optionalObject(name: string): Reader | undefined {
    const value = this.value(name);
    if (value === undefined) return value;
    if (isJsonObject(value)) return new Reader(value, `${this.#path}${name}.`);
    throw this.invalid(name, 'must be an object');
  }

  object(name: string): Reader {
    return this.optionalObject(name) ?? this.#missing(name);
  }

  /** Whether all members are unset, known or not. */
  isEmpty(): boolean {
    return Object.values(this.#object).every((value) => value === null);
  }

  /** For the caller to throw: `demand` says what would be accepted. */
  invalid(name: string, demand: string): WireError {
    return new WireError('INVALID_FIELD_VALUE', `${this.#path}${name} ${demand}`);
  }

  #missing(name: string): never {
    throw new WireError('MISSING_REQUIRED_FIELD', `${this.#path}${name} is required`);
  }
}
