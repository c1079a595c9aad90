import { hiddenInText } from '../../ports/hidden-characters.ts';

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** A letter, digit, mark or underscore of any script: what would make one word with the code. */
const WORD_CHARACTER = String.raw`[\p{L}\p{N}\p{M}\p{Pc}]`;
const CODE_IN_WORD = new RegExp(`${WORD_CHARACTER}\\{code\\}|\\{code\\}${WORD_CHARACTER}`, 'u');

/** What is wrong with a template, as the ends of sentences ("has no {code}"). Empty: nothing. */
export function findTemplateFaults(text: unknown): string[] {
  if (typeof text !== 'string') return ['is not a text'];
  const bare = text.replace(PLACEHOLDER, ' ');
  return [
    ...findPlaceholderFaults(text),
    ...(/[{}]/.test(bare) ? ['has a brace that belongs to no placeholder'] : []),
    ...findCharacterFaults(text),
    // The one blank line of a message sets off the SMS matching token. [SMS-2]
    ...(/\n[^\S\n]*\n/.test(text)
      ? ['has an empty line; only the SMS matching token is set off by one']
      : []),
    // The code must be told apart from the text. [SMS-3] A brand may end in a letter.
    ...(CODE_IN_WORD.test(text.replaceAll('{brand}', 'B'))
      ? ['has a letter or digit next to {code}; set it off by a space or a sign']
      : []),
    ...findCodeLookalikes(bare).map((word) => `has "${word}", which could be taken for the code`),
  ];
}

/** What is wrong with a brand, likewise. */
export function findBrandFaults(brand: string): string[] {
  return [
    ...(brand === '' ? ['is empty'] : []),
    ...(/[{}\n]/.test(brand) ? ['has a brace or a line break'] : []),
    ...findCharacterFaults(brand),
  ];
}

/** Words that look like a code: 4 to 10 letters and digits with a digit among them. [SMS-11] */
export function findCodeLookalikes(text: string): string[] {
  const words = text.match(new RegExp(`${WORD_CHARACTER}+`, 'gu')) ?? [];
  return words.filter((word) => /\p{Nd}/u.test(word) && [...word].length >= 4 && [...word].length <= 10);
}

function findPlaceholderFaults(text: string): string[] {
  const names = Array.from(text.matchAll(PLACEHOLDER), ([, name]) => name ?? '');
  const codes = names.filter((name) => name === 'code').length;
  const unknown = new Set(names.filter((name) => name !== 'code' && name !== 'brand'));
  return [
    ...(codes === 0 ? ['has no {code}'] : []),
    ...(codes > 1 ? [`has {code} ${codes} times; once is enough`] : []),
    ...Array.from(unknown, (name) =>
      /token/i.test(name)
        ? `has {${name}}; the SMS matching token is put on a line of its own and is no part of a text`
        : `has the unknown placeholder {${name}}; known are {code} and {brand}`,
    ),
  ];
}

function findCharacterFaults(text: string): string[] {
  // A line feed is the only control that a text may have.
  const hidden = hiddenInText(text.replaceAll('\n', ' '));
  return [
    ...(text.trim() === text ? [] : ['begins or ends with white space']),
    ...(hidden === undefined ? [] : [`has ${hidden}`]),
  ];
}
