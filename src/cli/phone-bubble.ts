import { escapeHidden } from '../ports/hidden-characters.ts';

export interface ShownText {
  readonly to: string;
  readonly text: string;
}

const widthMax = 44;

/** A text as it would look on the phone: its lines in a bubble under the number it went to. */
export function drawPhoneBubble({ to: number, text }: ShownText): string {
  const to = escapeHidden(number);
  const lines = text.split('\n').map(escapeHidden).flatMap(wrapLine);
  const width = Math.max(to.length + 5, ...lines.map(({ length }) => length));
  const head = `╭─ To ${to} ${'─'.repeat(width - to.length - 4)}╮`;
  const body = lines.map((line) => `│ ${line.padEnd(width)} │`);
  return [head, ...body, `╰${'─'.repeat(width + 2)}╯`].join('\n');
}

/** Breaks at spaces; a word that is longer than a line stands by itself. */
function wrapLine(line: string): readonly string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > widthMax) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
