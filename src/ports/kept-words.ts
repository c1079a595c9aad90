import type { Secret } from '../../../ports/secret.ts';

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
