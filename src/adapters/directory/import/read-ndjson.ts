import { type AccountField, accountFields, isAccountField, PROBLEM_FIELD } from '../rows/account-fields.ts';
import type { ReportProblem } from './problems.ts';
import type { Line } from './read-lines.ts';
import type { GivenRow, TextField } from './row.ts';

/** The rows of a file with one JSON object a line. Empty lines are skipped; `null` means "none". */
export async function* readNdjson(
  batches: AsyncIterable<readonly Line[]>,
  report: ReportProblem,
): AsyncGenerator<readonly GivenRow[]> {
  let begun = false;
  for await (const batch of batches) {
    const first: Line | undefined = begun ? undefined : batch.find(({ text }) => text.trim() !== '');
    begun ||= first !== undefined;
    const reason = first && otherForm(first.text);
    if (first !== undefined && reason !== undefined) {
      report({ line: first.number, field: undefined, reason, wholeFile: true });
      return;
    }
    yield batch.flatMap((line) => (line.text.trim() === '' ? [] : (readObject(line, report) ?? [])));
  }
}

/** What a file is that isn't NDJSON, by its first line; so that the cause is told once, not each line's consequence. */
function otherForm(text: string): string | undefined {
  if (/^\s*\[\s*(\{|$)/.test(text))
    return 'begins a JSON array: NDJSON has one object a line, without brackets and commas around them';
  if (/^\s*\{\s*$/.test(text))
    return 'begins a JSON object that goes on in the next line: NDJSON has each object in one line';
  if (/\}\s*\r\s*\{/.test(text)) return 'has a CR in it: lines end with LF or CR LF, not with CR alone';
  return /^\W*accountId\W/i.test(text) && !text.includes('{')
    ? 'names columns, as CSV does, where NDJSON is due: name the file .csv, or say --format csv'
    : undefined;
}

function readObject({ number: line, text }: Line, report: ReportProblem): GivenRow | undefined {
  const refuse = (field: AccountField | undefined, reason: string): undefined => {
    report({ line, field, reason });
  };
  const members = parseObject(text);
  if (members === undefined) return refuse(undefined, 'is not one JSON object');
  const texts: Partial<Record<TextField, string>> = {};
  let associationIds: readonly string[] = [];
  for (const [index, [name, value]] of members.entries()) {
    if (name === PROBLEM_FIELD) continue;
    if (!isAccountField(name)) {
      // What stands where a name should may be anything, so it is not repeated in a report.
      return refuse(
        undefined,
        `has an unknown name for member ${index + 1}: known are ${accountFields.join(', ')}`,
      );
    }
    if (name === 'associationIds') {
      if (!isTexts(value)) return refuse(name, 'must be an array of strings, or null');
      associationIds = value ?? [];
    } else {
      const text = name === 'preferred' && typeof value === 'boolean' ? String(value) : value;
      if (text !== null && typeof text !== 'string') return refuse(name, 'must be a string, or null');
      texts[name] = text ?? '';
    }
  }
  if (members.length < countNames(text)) return refuse(undefined, 'names a member twice');
  return { line, texts, associationIds };
}

function parseObject(text: string): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : undefined;
  } catch {
    return undefined;
  }
}

/** In JSON, a string before a colon is a name. Of two equal ones `JSON.parse` keeps the last without a word. */
function countNames(json: string): number {
  let count = 0;
  for (const [, colon] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g))
    if (colon !== undefined) count += 1;
  return count;
}

function isTexts(value: unknown): value is readonly string[] | null {
  return value === null || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}
