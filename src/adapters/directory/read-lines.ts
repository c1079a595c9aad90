import { isUtf8 } from 'node:buffer';
import type { ReportProblem } from './import-problems.ts';

export interface Line {
  /** The first is 1. */
  readonly number: number;
  /** Without its line end, LF or CRLF. */
  readonly text: string;
}

/** A longer line is no row but a damaged file, and must not fill the memory. */
export const LINE_BYTES_MAX = 1_048_576;

const LF = 10;

/**
 * The lines of a file, in batches as the file is read, in memory bounded by the length of a chunk and of a line. A line that isn't
 * UTF-8 or is too long is reported and left out; the numbers go on.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  report: ReportProblem,
): AsyncGenerator<readonly Line[]> {
  let lastNumber = 0;
  let rest: Buffer = Buffer.alloc(0);
  let restIsTooLong = false;
  const splitBlock = (block: Buffer): Line[] => {
    const texts = decodeLines(block);
    const firstNumber = lastNumber + 1;
    lastNumber += texts.length;
    return texts.flatMap((text, index) => {
      const number = firstNumber + index;
      const tooLong = text === TOO_LONG || (index === 0 && restIsTooLong);
      if (typeof text === 'string' && !tooLong) return { number, text };
      const reason = tooLong ? `is longer than ${LINE_BYTES_MAX} bytes` : 'is not valid UTF-8';
      report({ line: number, field: undefined, reason });
      return [];
    });
  };
  for await (const chunk of chunks) {
    const bytes = restIsTooLong
      ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(LF);
    if (end !== -1) {
      yield splitBlock(bytes.subarray(0, end));
      restIsTooLong = false;
    }
    rest = bytes.subarray(end + 1);
    restIsTooLong ||= rest.length > LINE_BYTES_MAX;
  }
  if (rest.length > 0) yield splitBlock(rest);
}

const TOO_LONG = Symbol('too long');
const NOT_UTF8 = Symbol('not UTF-8');

function decodeLines(block: Buffer): readonly (string | typeof TOO_LONG | typeof NOT_UTF8)[] {
  if (block.length <= LINE_BYTES_MAX && isUtf8(block))
    return block.toString('utf8').split('\n').map(withoutCr);
  const texts = [];
  for (let start = 0; start <= block.length; ) {
    const found = block.indexOf(LF, start);
    const end = found === -1 ? block.length : found;
    const line = block.subarray(start, end);
    if (line.length > LINE_BYTES_MAX) texts.push(TOO_LONG);
    else texts.push(isUtf8(line) ? withoutCr(line.toString('utf8')) : NOT_UTF8);
    start = end + 1;
  }
  return texts;
}

function withoutCr(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
