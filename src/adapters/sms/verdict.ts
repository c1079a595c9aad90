import type { CredentialCheck, RefusalReason } from '../../ports/sms-gateway.ts';

/** A `Delivery` that doesn't name its gateway yet. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly messageId: string | undefined }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/** A gateway's own codes and the class of each. A code that isn't there is judged by the HTTP status alone. */
export type RefusalTable = Readonly<Record<string, RefusalReason>>;

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
export function judgeFailure(table: RefusalTable, code: unknown, status: number): Verdict {
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

export function reasonIn(table: RefusalTable, code: unknown): RefusalReason | undefined {
  const word = codeWord(code);
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

/** A code fit to be logged. `undefined`: it is none, or has so many digits that it may be a number or a one-time code. */
export function codeWord(code: unknown): string | undefined {
  const word = typeof code === 'number' ? String(code) : code;
  if (typeof word !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_./-]{0,79}$/.test(word)) return undefined;
  return /\d{6}/.test(word) ? undefined : word;
}

/** `undefined`: not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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

/** A text, number or switch at a path of names and positions with dots between them, as text. */
export function shownAt(body: unknown, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const value = memberAt(body, ...path.split('.'));
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
