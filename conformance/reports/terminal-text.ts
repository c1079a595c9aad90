/**
 * Characters without a shape: controls, format characters (bidi marks, zero width), separators of lines, fillers. What an
 * endpoint answers may hold them, and must neither command a terminal nor turn the reading direction.
 */
const SHAPELESS = /(?![\n])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * The text with such characters written as JSON would (`\\u001b`), each line break kept. The examiner's own, since it
 * shares nothing with the server: src/ports/hidden-characters.ts is the other one.
 */
export function terminalText(text: string): string {
  return text.replaceAll(SHAPELESS, (character) =>
    character.replaceAll(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

const lineMax = 2000;

/** The same on one line, and cut where nobody reads to the end. */
export function terminalLine(text: string): string {
  const line = terminalText(text).replaceAll('\n', '\\n');
  return line.length <= lineMax ? line : `${line.slice(0, lineMax)}… (${text.length} characters)`;
}
