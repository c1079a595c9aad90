/** The GSM 7-bit default alphabet, one septet each, in the order of its table (without ESC). [SMS-13] */
const BASIC_SET = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);

/** Reached by ESC and a second septet. [SMS-14] */
const EXTENSION_SET = new Set('\f^{}\\[~]|€');

/** Units that one message, or one part of a longer message, can carry. [3GPP TS 23.040 through SMS-13 to SMS-18] */
const CAPACITY = {
  'gsm-7': { single: 160, part: { '8-bit': 153, '16-bit': 152 } },
  'ucs-2': { single: 70, part: { '8-bit': 67, '16-bit': 66 } },
} as const;

export type SmsEncoding = keyof typeof CAPACITY;

export interface SmsMeasure {
  readonly encoding: SmsEncoding;
  /** Septets in GSM-7, 16-bit code units in UCS-2. */
  readonly units: number;
  /** What one segment holds in this encoding: 160 or 70. */
  readonly unitsMax: number;
  /** At least 1. */
  readonly segments: number;
  /** The characters that GSM-7 does not have, each once, in order of appearance. Empty in GSM-7. [SMS-15] */
  readonly forcing: readonly string[];
}

/**
 * How a text travels: its encoding, its length and the segments that it takes.
 * `reference` is the width of the reference number that joins the parts of a long message; most gateways use 8 bits.
 * Takes any string; a surrogate without its partner counts as one UCS-2 unit.
 */
export function measureSms(text: string, reference: '8-bit' | '16-bit' = '8-bit'): SmsMeasure {
  const forcing = [...new Set(text)].filter((character) => !isGsm7(character));
  // One character outside both sets turns the whole message into UCS-2. [SMS-15]
  const encoding = forcing.length === 0 ? 'gsm-7' : 'ucs-2';
  const { single, part } = CAPACITY[encoding];
  const widths = Array.from(text, encoding === 'gsm-7' ? septets : codeUnits);
  const units = widths.reduce((sum, width) => sum + width, 0);
  const segments = units <= single ? 1 : countParts(widths, part[reference]);
  return { encoding, units, unitsMax: single, segments, forcing };
}

export function isGsm7(character: string): boolean {
  return BASIC_SET.has(character) || EXTENSION_SET.has(character);
}

function septets(character: string): number {
  return EXTENSION_SET.has(character) ? 2 : 1;
}

/** Characters above U+FFFF are a pair of surrogates. [SMS-16] */
function codeUnits(character: string): number {
  return character.length;
}

/** Fills part after part; a pair that no longer fits moves to the next part as a whole. [SMS-14, SMS-16] */
function countParts(widths: readonly number[], partUnits: number): number {
  let parts = 1;
  let filled = 0;
  for (const width of widths) {
    if (filled + width > partUnits) {
      parts += 1;
      filled = 0;
    }
    filled += width;
  }
  return parts;
}
