import { shown } from '../../ports/hidden-characters.ts';

export interface ShownText {
  readonly to: string;
  readonly text: string;
}

const widthMax = 44;
/** Of the frame, and of what stands before it in the demo. */
const AROUND = 8;

/**
 * A text as it would look on the phone: its lines in a bubble under the number it went to, no wider than a terminal of
 * `columns`.
 */
export function drawPhoneBubble(
  { to: number, text }: ShownText,
  columns = process.stdout.columns ?? widthMax + AROUND,
): string {
  const to = shown(number);
  const wrapAt = Math.max(1, Math.min(widthMax, columns - AROUND));
  const lines = text
    .split('\n')
    .map(shown)
    .flatMap((line) => wrapLine(line, wrapAt));
  const width = Math.max(to.length + 5, ...lines.map(({ length }) => length));
  const head = `╭─ To ${to} ${'─'.repeat(width - to.length - 4)}╮`;
  const body = lines.map((line) => `│ ${line.padEnd(width)} │`);
  return [head, ...body, `╰${'─'.repeat(width + 2)}╯`].join('\n');
}

/** Breaks at spaces; a word that is longer than a line stands by itself. */
function wrapLine(line: string, wrapAt: number): readonly string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > wrapAt) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
