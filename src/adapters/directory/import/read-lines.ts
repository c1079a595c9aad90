import { isUtf8 } from 'node:buffer';
import type { ReportProblem } from './problems.ts';

export interface Line {
  /** The first is 1. */
  readonly number: number;
  /** Without its line end, LF or CRLF. */
  readonly text: string;
}

/** Any line, also one that can't be read: of what is no UTF-8, `text` has a character for each byte. */
export interface KeptLine extends Line {
  readonly encoding: 'utf8' | 'latin1';
}

export interface LineOptions {
  /** Whether nothing can be understood without the first line that isn't empty: then nothing follows a bad one. */
  readonly headed?: boolean;
  readonly keep?: ((line: KeptLine) => void) | undefined;
}

/** A longer line is no row but a damaged file, and must not fill the memory. */
export const LINE_BYTES_MAX = 1_048_576;

const LF = 10;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const TOO_LONG = `is longer than ${LINE_BYTES_MAX} bytes; lines end with LF or CR LF, not with CR alone`;
const NOT_UTF8 =
  'is not valid UTF-8, as text in Latin-1 or another code page of Windows: save the file as UTF-8';

/** What is no text in UTF-8, by its first four bytes in hexadecimal, and what to do about it. */
const OTHER_FORMATS: readonly (readonly [beginning: RegExp, reason: string])[] = [
  [/^504b0304/, 'is a ZIP archive, as workbooks (.xlsx, .ods) are: export the table as CSV in UTF-8'],
  [/^d0cf11e0/, 'is a workbook of Excel (.xls): export the table as CSV in UTF-8'],
  [/^(1f8b|425a68|fd377a58|28b52ffd)/, 'is compressed: unpack the file first'],
  [/^(fffe0000|0000feff|(?!00)..0000|000000)/, 'is UTF-32: save the file as UTF-8'],
  [
    /^(fffe|feff|((?!00)..00){1,2}$|00(?!00)..(00|$))/,
    'is UTF-16, as Excel writes "Unicode text": save the file as UTF-8',
  ],
];

/**
 * The lines of a file, in batches as the file is read, in memory bounded by the length of a chunk and of a line. A line
 * that isn't UTF-8 or is too long is reported and left out; the numbers go on. A byte order mark is passed over; a file
 * of another format (UTF-16, a workbook, an archive) is reported once, and nothing of it is read.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  report: ReportProblem,
  options: LineOptions = {},
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(report, options);
  let rest: Buffer = Buffer.alloc(0);
  let restIsTooLong = false;
  for await (const chunk of chunks) {
    const bytes = restIsTooLong
      ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(LF);
    if (end !== -1) {
      yield splitter.split(bytes.subarray(0, end), restIsTooLong);
      if (splitter.ended) return;
      restIsTooLong = false;
    }
    rest = bytes.subarray(end + 1);
    restIsTooLong ||= rest.length > LINE_BYTES_MAX;
  }
  if (rest.length > 0) yield splitter.split(rest, restIsTooLong);
}

/** Takes blocks of whole lines apart, and remembers which line is next. */
class LineSplitter {
  /** Nothing that follows can be understood. */
  ended = false;
  readonly #report: ReportProblem;
  readonly #keep: (line: KeptLine) => void;
  #headIsDue: boolean;
  #lastNumber = 0;

  constructor(report: ReportProblem, { headed = false, keep = () => undefined }: LineOptions) {
    this.#report = report;
    this.#keep = keep;
    this.#headIsDue = headed;
  }

  /** `firstIsTooLong`: of the first line the beginning was dropped. */
  split(block: Buffer, firstIsTooLong: boolean): readonly Line[] {
    const isFirst = this.#lastNumber === 0;
    const bytes = isFirst && block.subarray(0, 3).equals(UTF8_MARK) ? block.subarray(3) : block;
    const foreign = isFirst && !firstIsTooLong ? otherFormat(bytes) : undefined;
    if (foreign !== undefined) {
      this.#report({ line: 1, field: undefined, reason: foreign, wholeFile: true });
      this.ended = true;
    }
    const lines: Line[] = [];
    for (let start = 0; start <= bytes.length && !this.ended; ) {
      const found = bytes.indexOf(LF, start);
      const end = found === -1 ? bytes.length : found;
      const line = this.#readLine(bytes.subarray(start, end), start === 0 && firstIsTooLong);
      if (line !== undefined) lines.push(line);
      start = end + 1;
    }
    return lines;
  }

  #readLine(bytes: Buffer, tooLong: boolean): Line | undefined {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const reason = tooLong || bytes.length > LINE_BYTES_MAX ? TOO_LONG : isUtf8(bytes) ? undefined : NOT_UTF8;
    const encoding = reason === NOT_UTF8 ? 'latin1' : 'utf8';
    const text = reason === TOO_LONG ? '' : withoutCr(bytes.toString(encoding));
    this.#keep({ number, text, encoding });
    if (reason !== undefined) {
      this.#report({ line: number, field: undefined, reason, ...(this.#headIsDue && { wholeFile: true }) });
      this.ended = this.#headIsDue;
      return undefined;
    }
    if (text !== '') this.#headIsDue = false;
    return { number, text };
  }
}

/** In UTF-16 and UTF-32 without a mark, the zeros beside each Latin letter tell. */
function otherFormat(bytes: Buffer): string | undefined {
  const beginning = bytes.toString('hex', 0, 4);
  return OTHER_FORMATS.find(([pattern]) => pattern.test(beginning))?.[1];
}

function withoutCr(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
