import { terminalText } from './terminal-text.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for XML and HTML, which may be read on a terminal as well: whatever has no shape is shown by its code point. */
export function escapeMarkup(text: string): string {
  return terminalText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
