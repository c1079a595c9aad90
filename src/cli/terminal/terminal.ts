import type { WriteStream } from 'node:tty';
import { escapeHidden } from '../../ports/hidden-characters.ts';

const unescaped = new WeakMap<WriteStream, WriteStream['write']>();

/**
 * From now on nothing that is written to `stream` as text can move the cursor, write the clipboard or turn the reading
 * direction: what has no shape is shown by its code point. The one door for whatever answers, files and databases
 * bring; JSON stays JSON. Bytes pass as they are.
 */
export function escapeHiddenOn(stream: WriteStream): void {
  const write = stream.write.bind(stream) as (...args: readonly unknown[]) => boolean;
  unescaped.set(stream, write);
  stream.write = (chunk: unknown, ...rest: readonly unknown[]) =>
    write(typeof chunk === 'string' ? escapeLines(chunk) : chunk, ...rest);
}

/** The same stream for what is drawn by ourselves, without a foreign value in it. */
export function drawingTerminal(stream: WriteStream): WriteStream {
  return Object.create(stream, { write: { value: unescaped.get(stream) ?? stream.write.bind(stream) } });
}

/** For text of several lines. One value that should stay on its line goes through `escapeHidden`. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeHidden).join('\n');
}
