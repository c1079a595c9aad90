/** A short form of 3GPP TS 23.038: one septet each. [SMS-13] */
const gsmBasic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Two septets each. [SMS-14] */
const gsmExtension = '^{}\\[]~|€\f';

/** Whether the text fits one SMS: 160 septets, or 70 UTF-16 units if a character is in neither set. [SMS-15, SMS-18] */
export function fitsOneSegment(text: string): boolean {
  let septets = 0;
  for (const character of text) {
    if (gsmBasic.includes(character)) septets += 1;
    else if (gsmExtension.includes(character)) septets += 2;
    else return text.length <= 70;
  }
  return septets <= 160;
}

/** What looks like a one-time code: 4 to 10 ASCII letters and digits, a digit among them. [SMS-9] */
export function codesIn(text: string, token: string): string[] {
  const words = text.replaceAll(token, ' ').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => /^(?=.*\d)[A-Za-z0-9]{4,10}$/.test(word));
}

/** The code in a text: what the pattern finds, or else the first word that looks like one. */
export function codeIn(text: string, token: string, pattern: string | undefined): string | undefined {
  if (pattern === undefined) return codesIn(text, token)[0];
  const found = new RegExp(pattern, 'u').exec(text);
  return found?.[1] ?? found?.[0];
}

/** The lines of a text, whichever line break it uses. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}
