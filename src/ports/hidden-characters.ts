/*
 * What nobody sees in a text, and yet is there: an id with it is never found again, and a text with it can show its
 * code in another order. One judge for ids and texts, wherever they are configured, imported or sent.
 */

/** Controls, format characters, variation selectors, fillers, private use: whatever has no shape of its own. */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]`;

/** Scripts whose spelling needs joiners: the half-space of Persian, the conjuncts of India. */
const JOINING_LETTER = `(?=[${[
  'Arabic',
  'Syriac',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Khmer',
  'Myanmar',
]
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join('')}])[\\p{L}\\p{M}]`;

/** A joiner between two letters, and what emoji are made of: never beside a space, a digit, the code or the token. */
const JOINED = [
  String.raw`(?<=${JOINING_LETTER})[\u200C\u200D](?=${JOINING_LETTER})`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})\uFE0F`,
].join('|');

/** A space that isn't the usual one looks as if it were, and makes another id. */
const HIDDEN_IN_ID = String.raw`(?:${HIDDEN}|(?! )\p{Zs})`;
const HIDDEN_IN_TEXT = `(?!${JOINED})${HIDDEN}`;

const IN_ID = new RegExp(HIDDEN_IN_ID, 'u');
const IN_TEXT = new RegExp(HIDDEN_IN_TEXT, 'u');

/** One character that an id may have: the source of a regular expression with the flag `u`. [OQ-85] */
export const SHOWN_IN_ID = `(?:(?!${HIDDEN_IN_ID})[^])`;
/** The same of a text for people. [OQ-85] */
export const SHOWN_IN_TEXT = `(?:(?!${HIDDEN_IN_TEXT})[^])`;

/**
 * The first character of an id that can't be seen, in words such as `the invisible character U+200B at place 6`,
 * where the first place is 1. `undefined`: there is none. [OQ-85]
 */
export function hiddenInId(id: string): string | undefined {
  return describe(IN_ID.exec(id), '');
}

/** The same of a text for people, where scripts and emoji may have the joiners that they need. [OQ-85] */
export function hiddenInText(text: string): string | undefined {
  return describe(IN_TEXT.exec(text), ', where no script needs it');
}

const PLAIN = /^[\x20-\x7E]*$/;
const EVERY_HIDDEN = new RegExp(HIDDEN_IN_TEXT, 'gu');

/**
 * The text with everything that can't be seen, line breaks and tabs included, written as JSON would (`\u001b`), so that
 * a foreign value neither commands a terminal nor looks like a line of its own. What is JSON stays it.
 */
export function escapeHidden(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(EVERY_HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

/** What nobody reads to its end: the rest of it would only hide what stands around. */
const SHOWN_MAX = 2000;

/** A foreign value as it stands in a sentence: on its line, without anything that can't be seen, and cut where it has no end. */
export function shown(value: string): string {
  if (value.length <= SHOWN_MAX) return escapeHidden(value);
  // Half of a surrogate pair would be shown by its number.
  const begin = value.slice(0, SHOWN_MAX).replace(/[\uD800-\uDBFF]$/, '');
  return `${escapeHidden(begin)}… (${value.length} characters)`;
}

/** Such as `U+00F3`. */
export function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function describe(found: RegExpExecArray | null, joinerNote: string): string | undefined {
  if (found === null) return undefined;
  const [character] = found;
  const place = Array.from(found.input.slice(0, found.index)).length + 1;
  const note = /[\u200C\u200D]/.test(character) ? joinerNote : '';
  return `${kindOf(character)} ${codePointOf(character)} at place ${place}${note}`;
}

function kindOf(character: string): string {
  if (/\p{Cc}/u.test(character)) return 'the control character';
  if (/\p{Cs}/u.test(character)) return 'half of a surrogate pair';
  if (/\p{Zs}/u.test(character)) return 'the unusual space';
  return /\p{Co}/u.test(character) ? 'the private character' : 'the invisible character';
}
