import { isGsm7 } from './sms-encoding.ts';

/** What people write in place of characters that word processors make. */
const TYPOGRAPHIC: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  ʼ: "'",
  '`': "'",
  '´': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '·': '-',
  '•': '-',
  '×': 'x',
  '₹': 'Rs',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ı: 'i',
  œ: 'oe',
  Œ: 'OE',
  ð: 'd',
  þ: 'th',
};

/**
 * What may stand in GSM-7 for a character that is not in it: `'` for `’`, `o` for `ó`, a plain space for a
 * no-break one. `undefined`: nothing may, as for letters of other scripts.
 */
export function gsm7Substitute(character: string): string | undefined {
  const typographic = TYPOGRAPHIC[character];
  if (typographic !== undefined) return typographic;
  if (/\p{Zs}/u.test(character)) return ' ';
  const letters = character.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return letters !== '' && [...letters].every(isGsm7) ? letters : undefined;
}
