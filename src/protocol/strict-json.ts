import { WireError } from './error-response.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** How deep objects and lists may stand in each other. The deepest known request has 3 levels. */
export const JSON_DEPTH_MAX = 32;

/**
 * Parses one JSON text, strictly: the grammar of RFC 8259 in UTF-8 without a byte order mark, at most `depthMax` (≥ 0)
 * levels deep, no member name twice in one object, no lone surrogate, no number beyond the range of a double.
 * [JSON-1, JSON-2] A member named `__proto__` is a member like any other.
 *
 * Throws `WireError` INVALID_DECRYPTED_REQUEST and nothing else, whatever the bytes. Its description tells the kind
 * of fault and mostly where it is, counted in UTF-16 units from 0, but nothing of the content. [ERR-4]
 */
export function parseStrictJson(bytes: Uint8Array, depthMax: number = JSON_DEPTH_MAX): JsonValue {
  const text = decodeUtf8(bytes);
  // Before JSON.parse, which goes to any depth, and takes its time for it.
  scan(text, depthMax);
  return parseGrammar(text);
}

/** The same, and refuses all but objects: a list or a bare value is JSON, but it is no request. [OQ-30] */
export function parseRequest(bytes: Uint8Array): JsonObject {
  const body = parseStrictJson(bytes);
  if (isJsonObject(body)) return body;
  throw refusal('is not an object');
}

// Without `ignoreBOM` a leading byte order mark would be swallowed instead of being left for the grammar to refuse.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refusal('is not UTF-8');
  }
}

function parseGrammar(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal('violates the grammar of JSON', positionOf(error));
  }
}

/** Only the number: the rest of the engine's message may quote the content, but then it doesn't end like this. */
function positionOf(error: unknown): number | undefined {
  const [, position] = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(String(error)) ?? [];
  return position === undefined ? undefined : Number(position);
}

function refusal(fault: string, position?: number): WireError {
  const where = position === undefined ? '' : ` at position ${position}`;
  return new WireError('INVALID_DECRYPTED_REQUEST', `the decrypted request ${fault}${where}`);
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Finds what JSON.parse lets pass, in one run over the text. It takes the text to be JSON otherwise: of one that
 * isn't it may think what it likes, since JSON.parse refuses that afterwards.
 */
function scan(text: string, depthMax: number): void {
  /** The names so far in each open object, outermost first; `undefined` for a list. */
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = scanString(text, at, open.at(-1));
    } else if (unit === MINUS || (unit >= ZERO && unit <= NINE)) {
      at = scanNumber(text, at);
    } else {
      if (unit === OPENING_BRACE || unit === OPENING_BRACKET) {
        if (open.length >= depthMax) throw refusal(`is more than ${depthMax} levels deep`, at);
        open.push(unit === OPENING_BRACE ? new Set() : undefined);
      } else if (unit === CLOSING_BRACE || unit === CLOSING_BRACKET) {
        open.pop();
      }
      at++;
    }
  }
}

/** Looks at the string from `start`, adds it to `names` if it is one, and returns where the text goes on. */
function scanString(text: string, start: number, names: Set<string> | undefined): number {
  const end = endOfString(text, start);
  const raw = text.slice(start + 1, end - 1);
  const string = raw.includes('\\') ? unescaped(raw, start) : raw;
  const next = skipSpace(text, end);
  if (names === undefined || text.charCodeAt(next) !== COLON) return next;
  // Compared without their escapes: "a" and "\u0061" are the same name. [JSON-2]
  if (names.has(string)) throw refusal('has a member name twice', start);
  names.add(string);
  return next;
}

/** Just behind the quote that ends the string from `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = start; ; ) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) throw refusal('has a string without an end', start);
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function unescaped(raw: string, start: number): string {
  let string: string;
  try {
    string = JSON.parse(`"${raw}"`);
  } catch {
    throw refusal('has a malformed string', start);
  }
  // Only an escape can make one, and it could not be echoed: UTF-8 has no form for it. [ECHO-1]
  if (!string.isWellFormed()) throw refusal('has a lone surrogate', start);
  return string;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}

/** Looks at the number from `start` and returns where the text goes on. */
function scanNumber(text: string, start: number): number {
  let end = start + 1;
  while (isInNumber(text.charCodeAt(end))) end++;
  if (Math.abs(Number(text.slice(start, end))) === Infinity) throw refusal('has a number too large', start);
  return end;
}

/** Digits, `+`, `-`, `.`, `e`, `E`: how they may follow each other is for the grammar to say. */
function isInNumber(unit: number): boolean {
  return (
    (unit >= ZERO && unit <= NINE) ||
    unit === 0x2b ||
    unit === 0x2d ||
    unit === 0x2e ||
    (unit | 0x20) === 0x65
  );
}
