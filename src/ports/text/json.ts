/** A value as JSON knows it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** `null` and arrays are no objects. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const encoder = new TextEncoder();

/** The value as strict JSON in UTF-8, without a byte order mark. [JSON-2] */
export function encodeJson(value: JsonObject): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** How deep objects and arrays may stand in each other. Requests of today have 3 levels. */
export const JSON_DEPTH_MAX = 32;

/**
 * How many members and elements a text may have in all. Requests of today have fewer than 30; without a bound a body of nothing
 * but names would hold up all other calls while it is read. [OQ-64]
 */
export const JSON_VALUES_MAX = 2000;

/**
 * Reads one JSON text, strictly: the grammar of RFC 8259 in UTF-8 without a byte order mark, at most
 * `JSON_DEPTH_MAX` levels deep, at most `JSON_VALUES_MAX` members and elements in all, no member name twice in one object, no lone surrogate, no number beyond the range of
 * a double. [JSON-1, JSON-2] A member named `__proto__` is a member like any other. Throws `JsonFault` and nothing else,
 * whatever the bytes.
 */
export function readJson(bytes: Uint8Array): JsonValue {
  return new JsonText(decodeUtf8(bytes)).parse();
}

/**
 * The text is not strict JSON. `message` goes on where a sentence about the text begins, such as `lacks a colon at position 5`:
 * the kind of fault and where it is, in UTF-16 units from 0, but nothing of the content. [ERR-4]
 */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
}

// Without `ignoreBOM` a leading byte order mark would be swallowed, instead of being left to be refused.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new JsonFault('is not UTF-8');
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

const SCALAR = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?/y;
/** Whatever can't stand in a string as it is: backslashes and control characters. */
const SPECIAL = /[^ -[\]-\uffff]/;

/**
 * Reads a text from its beginning to its end. JSON.parse does the lone strings and numbers; objects it can't be given,
 * since it builds any depth and any number of equal names, and mistakes escaped names in the versions of V8 that node
 * runs on. See docs/decisions/strict-json.md.
 */
class JsonText {
  readonly #text: string;
  /** Up to where it was read. */
  #at = 0;
  /** Members and elements so far. */
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonValue {
    const value = this.#value(0);
    this.#next();
    if (this.#at < this.#text.length) throw this.#fault('goes on after its end');
    return value;
  }

  /** `depth` is the number of objects and arrays around the value. */
  #value(depth: number): JsonValue {
    switch (this.#next()) {
      case OPENING_BRACE:
        return this.#object(depth);
      case OPENING_BRACKET:
        return this.#array(depth);
      case QUOTE:
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): JsonObject {
    this.#open(depth);
    const object: Record<string, JsonValue> = {};
    if (this.#took(CLOSING_BRACE)) return object;
    do {
      this.#count();
      if (this.#next() !== QUOTE) throw this.#fault('lacks a member name in double quotes');
      const nameAt = this.#at;
      const name = this.#string();
      // Escapes are gone by now: "a" and "\u0061" are the same name. [JSON-2]
      if (Object.hasOwn(object, name)) throw this.#fault('has a member name twice', nameAt);
      if (!this.#took(COLON)) throw this.#fault('lacks a colon');
      setMember(object, name, this.#value(depth + 1));
    } while (this.#took(COMMA));
    if (!this.#took(CLOSING_BRACE)) throw this.#fault('lacks a comma or a closing brace');
    return object;
  }

  #array(depth: number): JsonValue[] {
    this.#open(depth);
    const array: JsonValue[] = [];
    if (this.#took(CLOSING_BRACKET)) return array;
    do {
      this.#count();
      array.push(this.#value(depth + 1));
    } while (this.#took(COMMA));
    if (!this.#took(CLOSING_BRACKET)) throw this.#fault('lacks a comma or a closing bracket');
    return array;
  }

  #string(): string {
    const start = this.#at;
    const end = this.#endOfString();
    const raw = this.#text.slice(start + 1, end);
    const string = SPECIAL.test(raw) ? this.#unescaped(raw) : raw;
    this.#at = end + 1;
    return string;
  }

  /** Where the quote is that ends the string which begins here. */
  #endOfString(): number {
    for (let quote = this.#at; ; ) {
      quote = this.#text.indexOf('"', quote + 1);
      if (quote < 0) throw this.#fault('has a string without an end');
      let backslashes = 0;
      while (this.#text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
      if (backslashes % 2 === 0) return quote;
    }
  }

  #unescaped(raw: string): string {
    let string: string;
    try {
      string = JSON.parse(`"${raw}"`);
    } catch {
      throw this.#fault('has a string with a raw control character or an unknown escape');
    }
    // Only an escape can make one, and UTF-8 has no form in which to send it back. [ECHO-1]
    if (!string.isWellFormed()) throw this.#fault('has a string with a lone surrogate');
    return string;
  }

  #scalar(): JsonValue {
    SCALAR.lastIndex = this.#at;
    const [scalar] = SCALAR.exec(this.#text) ?? [];
    if (scalar === undefined) throw this.#fault('lacks a value');
    const value: JsonValue = JSON.parse(scalar);
    if (typeof value === 'number' && !Number.isFinite(value)) throw this.#fault('has a number too large');
    this.#at += scalar.length;
    return value;
  }

  #open(depth: number): void {
    if (depth === JSON_DEPTH_MAX) throw this.#fault(`is more than ${JSON_DEPTH_MAX} levels deep`);
    this.#at++;
  }

  #count(): void {
    if (this.#values === JSON_VALUES_MAX)
      throw this.#fault(`has more than ${JSON_VALUES_MAX} members and elements`);
    this.#values++;
  }

  /** Skips white space and tells what stands behind it; NaN at the end. */
  #next(): number {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit;
      this.#at++;
    }
  }

  /** Goes past `unit`, if that is next. */
  #took(unit: number): boolean {
    const isNext = this.#next() === unit;
    if (isNext) this.#at++;
    return isNext;
  }

  #fault(fault: string, at: number = this.#at): JsonFault {
    return new JsonFault(`${fault} at position ${at}`);
  }
}

/** Assignment would take `__proto__` for the prototype. */
function setMember(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[name] = value;
  }
}
