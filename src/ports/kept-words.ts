import type { Secret } from './secret.ts';
import type { SmsMessage } from './sms-gateway.ts';

/** So many digits in a row of a phone number are a part of it that nothing may keep. */
const PART_DIGITS = 7;

/**
 * A gateway's id of a text as the record keeps it in the clear, and as the gateway is told of it later: without spaces
 * around. `undefined`: it is none, or has a part of the number in it, whatever stands between its digits or whichever base
 * it is written in. Its receipt finds the text all the same, by a digest. [IDEM-13, OQ-87]
 */
export function keptMessageId(id: string | undefined, to: Secret): string | undefined {
  const word = id?.trim();
  if (word === undefined || !/^[\x21-\x7e]{1,128}$/.test(word)) return undefined;
  const readings = [word, ...(/^[0-9a-f]{6,40}$/i.test(word) ? [String(BigInt(`0x${word}`))] : [])];
  const parts = partsOf(to.reveal());
  const isOfNumber = readings.some((reading) => {
    const digits = reading.replace(/\D/g, '');
    return parts.some((part) => digits.includes(part));
  });
  return isOfNumber ? undefined : word;
}

function partsOf(number: string): readonly string[] {
  const digits = number.replace(/\D/g, '');
  const count = Math.max(1, digits.length - PART_DIGITS + 1);
  return Array.from({ length: count }, (_, start) => digits.slice(start, start + PART_DIGITS));
}

/**
 * What a gateway says of a text, as log and record keep it: a word of ours in its place if it has the number of the text
 * in it, its code or its token. [IDEM-13]
 */
export function keptDetail(detail: string, message: SmsMessage): string {
  return holdsOwn(detail, message) ? 'a code that is not shown' : detail;
}

/** Whether a number in it is the code of the text, or the recipient's, or a word in it is the token of the text. */
function holdsOwn(detail: string, { to, text }: SmsMessage): boolean {
  const number = to.reveal();
  const words = text.reveal().split(/\s+/);
  if (words.some((word) => isLikeToken(word) && detail.includes(word))) return true;
  // However the number is written, with brackets and spaces too.
  if (detail.replace(/\D/g, '').includes(number.slice(-PART_DIGITS))) return true;
  const codes = (text.reveal().match(/\d+/g) ?? []).filter((digits) => digits.length >= 4);
  return digitRuns(detail).some(
    (digits) =>
      codes.some((code) => digits.includes(code)) ||
      (digits.length >= PART_DIGITS && number.includes(digits)),
  );
}

/** No word of a language: long, and with digits or capitals within. */
function isLikeToken(word: string): boolean {
  return /^[A-Za-z0-9]{8,}$/.test(word) && /[A-Za-z0-9][A-Z0-9]/.test(word);
}

/** Numbers in what a gateway wrote, those in groups as one: signs or a space between digits hide nothing. */
export function digitRuns(text: string): readonly string[] {
  return text.replace(/(?<=\d)[-_./ ](?=\d)/g, '').match(/\d+/g) ?? [];
}
