import { escapeHidden } from '../ports/hidden-characters.ts';

/** A line of the JSON log in a form for people; the stack of an error follows on lines of its own. */
export function prettyLine(json: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(json) as LogLine;
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${showValue(value)}`);
  const head = [time?.slice(11, 23), level.padEnd(5), msg, ...shown].join(' ');
  const lines = [head, ...((err?.stack ?? err?.message)?.split('\n') ?? [])];
  return `${lines.map(escapeHidden).join('\n  ')}\n`;
}

interface LogLine {
  readonly time?: string;
  readonly level: string;
  readonly msg?: string;
  /** Without a stack where it was told just before. */
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

/** A word stands by itself; all else is quoted, so that no value looks like two or like a line of its own. */
function showValue(value: unknown): string {
  return typeof value === 'string' && /^[\w:.+-]+$/.test(value) ? value : JSON.stringify(value);
}
