import type { DeliveryReceipt, ReceiptCall } from '../../../ports/delivery-receipt.ts';
import { decodeText } from './decode-text.ts';
import { codeWord, parseJson } from './verdict.ts';

export function queryOf({ url }: ReceiptCall): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}

/** Body as a form. What isn't one has members that nobody looks for. */
export function formOf(call: ReceiptCall): URLSearchParams {
  return new URLSearchParams(textOf(call));
}

/** `undefined`: the body isn't JSON. */
export function jsonOf(call: ReceiptCall): unknown {
  return parseJson(textOf(call));
}

function textOf({ body, headers }: ReceiptCall): string {
  return decodeText(body, headers['content-type']);
}

/** A message reference of ours; `undefined`: it is none. */
export function referenceIn(value: unknown): string | undefined {
  const word = typeof value === 'string' ? value.trim() : '';
  return /^[A-Za-z0-9_-]{16}$/.test(word) ? word : undefined;
}

/** Longer than the ids of any gateway. */
const NAME_LENGTH_MAX = 500;

/**
 * The key of a text by what the gateway calls it: our reference, or its own message id. Two gateways may have been asked
 * for the same text; what the one that refused it tells later is not about the other's. `undefined`: no fit name.
 */
export function receiptKeyOf(gateway: string, name: string | undefined): string | undefined {
  // Fields of a fixed width are filled up with spaces.
  const word = name?.trim();
  return !word || word.length > NAME_LENGTH_MAX ? undefined : `${gateway}:${word}`;
}

/** Of words of more digits nobody here can say whether they are the number or the code of the text. */
const WORD_DIGITS_MAX = 5;

/**
 * Makes a receipt of what a gateway said of the text that it calls by that name; `undefined`: it isn't final, or names no text.
 * `digitsMax` is for words that can be nothing but the gateway's own codes.
 */
export function receiptOf(
  gateway: string,
  name: string | undefined,
  state: DeliveryReceipt['state'] | undefined,
  words: readonly unknown[],
  digitsMax = WORD_DIGITS_MAX,
): DeliveryReceipt | undefined {
  const receiptKey = receiptKeyOf(gateway, name);
  if (receiptKey === undefined || state === undefined) return undefined;
  const detail = words.map((word) => codeWord(word, digitsMax)).filter((word) => word !== undefined);
  return { gateway, receiptKey, state, detail: detail.join(' ') };
}
