import { digitRuns } from '../../../ports/kept-words.ts';
import type { CredentialCheck, RefusalReason } from '../../../ports/sms-gateway.ts';

/** A `Delivery` that doesn't name its gateway yet. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly messageId: string | undefined }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/** What a code says of a text: that it was taken, that this is open, or why it was refused. */
export type Outcome = 'accepted' | 'unknown' | RefusalReason;

/**
 * A gateway's own codes and what each says: `outcomes.ts` of its kind. A code that isn't there is judged by the rest of the
 * answer; where that is a sure no, it is `unexplained`.
 */
export type OutcomeTable = Readonly<Record<string, Outcome>>;

/** What a status says where the gateway's own code says nothing. [RFC 9110, RFC 6585] */
const BY_STATUS: Readonly<Record<number, RefusalReason>> = {
  401: 'credentials',
  402: 'quota',
  407: 'credentials',
  429: 'throttled',
};

/**
 * Judges an answer that isn't a success. By its code where the table has it, else by the status: the 4xx mean that
 * the request was not carried out, all others leave that open. [OQ-28] Why a 4xx without a class of its own was said is
 * not known; the texts are checked beforehand, so it's hardly the text. [OQ-74]
 */
export function judgeFailure(table: OutcomeTable, code: unknown, status: number): Verdict {
  const reason = reasonIn(table, code) ?? BY_STATUS[status];
  if (reason !== undefined) return refusedWith(reason, code, status);
  // 408 says that the server gave up waiting, not what it had read by then.
  const notCarriedOut = status >= 400 && status < 500 && status !== 408;
  return notCarriedOut
    ? refusedWith('unexplained', code, status)
    : { kind: 'unknown', detail: detailOf(code, status) };
}

/**
 * Judges the answer to a check of credentials by its status. A 403 is said to credentials that are right and may not do
 * just this, so it leaves open whether they may send. [RFC 9110, 15.5.4]
 */
export function judgeCheck(status: number, code?: unknown): CredentialCheck {
  if (status === 200) return { kind: 'valid' };
  return { kind: status === 401 ? 'invalid' : 'unknown', detail: detailOf(code, status) };
}

/** A refusal that tells the gateway's own code. */
export function refusedWith(reason: RefusalReason, code: unknown, status: number): Verdict {
  return { kind: 'refused', reason, detail: detailOf(code, status) };
}

function detailOf(code: unknown, status: number): string {
  const word = codeWord(code);
  return word === undefined ? `HTTP ${status}` : `HTTP ${status}, code ${word}`;
}

/** What the table says of a code. `undefined`: nothing. */
export function outcomeIn(table: OutcomeTable, code: unknown): Outcome | undefined {
  const word = codeWord(code);
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

/** Why a code means no. `undefined`: it doesn't, or is not in the table. */
export function reasonIn(table: OutcomeTable, code: unknown): RefusalReason | undefined {
  const outcome = outcomeIn(table, code);
  return outcome === 'accepted' || outcome === 'unknown' ? undefined : outcome;
}

/** Gateways have codes of so many digits. */
const CODE_DIGITS_MAX = 10;

/**
 * What stands in the place of a code, if it looks like one. `undefined`: it doesn't, or has more digits in a row than
 * `digitsMax`. In an answer it may still be the text's own code or number; `http-gateway.ts` looks after that.
 */
export function codeWord(code: unknown, digitsMax = CODE_DIGITS_MAX): string | undefined {
  const word = typeof code === 'number' ? String(code) : code;
  if (typeof word !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_./-]{0,79}$/.test(word)) return undefined;
  return digitRuns(word).some((digits) => digits.length > digitsMax) ? undefined : word;
}

/**
 * `undefined`: not JSON. A number of which a float would lose digits is the text that it was written as: it is an
 * identifier.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, withAllDigits);
  } catch {
    return undefined;
  }
}

/** Floats hold all numbers of so many digits. */
const EXACT_DIGITS = 15;

function withAllDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  // Of `10.50` the last digit would be lost; `1.0` says no more than `1`.
  return source.length <= EXACT_DIGITS && Number.isInteger(value) ? value : source;
}

/** The member of a JSON value that a path of names and positions leads to; `undefined` if there is none. */
export function memberAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let member = value;
  for (const step of path) {
    if (typeof member !== 'object' || member === null || !Object.hasOwn(member, step)) return undefined;
    member = (member as Readonly<Record<string | number, unknown>>)[step];
  }
  return member;
}

/** The same for a text that is not empty. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const member = memberAt(value, ...path);
  return typeof member === 'string' && member !== '' ? member : undefined;
}

/** An identifier as text: gateways write them as texts or as numbers. `undefined`: there is none. */
export function idAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const member = memberAt(value, ...path);
  return typeof member === 'number' ? String(member) : textAt(value, ...path);
}

/** A text, number or switch at a path of names and positions with dots between them, as text. */
export function shownAt(body: unknown, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const value = memberAt(body, ...path.split('.'));
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
