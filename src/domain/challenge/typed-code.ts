import { Secret } from '../../ports/secret.ts';

/** Far more than any code with what people put around it. Beyond it nothing is read: it is a wrong code. */
const CHARACTERS_MAX = 64;

/** White space, dashes, the minus sign, and what nobody sees, such as the direction marks that go along with a paste. */
const PASSED_OVER = /[\p{White_Space}\p{Dash}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * The code that a user meant: of at most 64 characters, white space, hyphens and invisible marks are passed over, and
 * the decimal digits of any script become 0 to 9. Whatever else stands there stays, so that it is a wrong code; and
 * what is longer stays as it came. [OQ-84]
 */
export function readTypedCode(typed: Secret): Secret {
  const text = typed.reveal();
  // A character has two units at most: what is longer isn't taken apart.
  if (text.length > 2 * CHARACTERS_MAX || Array.from(text).length > CHARACTERS_MAX) return typed;
  return new Secret(text.replace(PASSED_OVER, '').replace(/\p{Nd}/gu, digitOf), '[code]');
}

/** The digits of a script stand together in Unicode, ten in a row from its zero. */
function digitOf(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  let before = 0;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(codePoint - before - 1))) before += 1;
  return String(before % 10);
}
