import { parse } from 'csv-parse/sync';
import { type AccountField, accountFields, isAccountField, PROBLEM_FIELD } from '../rows/account-fields.ts';
import type { ReportProblem } from './problems.ts';
import type { Line } from './read-lines.ts';
import type { GivenRow, TextField } from './row.ts';

/** A column of the header; `undefined`: one that is passed over. */
type Column = AccountField | undefined;

/**
 * The rows of a CSV file (RFC 4180, comma, double quotes) whose first line names its columns. Empty lines and rows of
 * nothing but empty fields are skipped. No field may hold a line break, so each line stands alone and a stray quote spoils
 * no other one. After a wrong header nothing more is read: no line could be understood.
 */
export async function* readCsv(
  batches: AsyncIterable<readonly Line[]>,
  report: ReportProblem,
): AsyncGenerator<readonly GivenRow[]> {
  let columns: readonly Column[] | undefined;
  for await (const batch of batches) {
    const filled = batch.filter(({ text }) => text !== '');
    if (columns === undefined && filled[0] !== undefined) {
      columns = readHeader(filled[0], report);
      if (columns === undefined) return;
      filled.shift();
    }
    const names = columns ?? [];
    yield splitLines(filled, report).flatMap((record) => readRecord(record, names, report) ?? []);
  }
  if (columns === undefined) {
    report({ line: 1, field: undefined, reason: `is missing: ${HEADER_RULE}`, wholeFile: true });
  }
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function splitLines(lines: readonly Line[], report: ReportProblem): CsvRecord[] {
  const together = parseFields(lines.map(({ text }) => text).join('\n'));
  if (together?.length === lines.length) {
    return lines.map(({ number }, index) => ({ line: number, fields: together[index] ?? [] }));
  }
  // A quote goes astray somewhere: each line by itself tells where.
  return lines.flatMap(({ number, text }) => {
    const fields = splitFields(text);
    if (fields !== undefined) return { line: number, fields };
    report({
      line: number,
      field: undefined,
      reason: 'has a double quote out of place: a field with one is quoted, and the one in it doubled',
    });
    return [];
  });
}

/** The fields of one line. `undefined`: it isn't CSV. */
export function splitFields(line: string): readonly string[] | undefined {
  return parseFields(line)?.[0];
}

/** One line that `splitFields` takes apart again. */
export function joinFields(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

/** `undefined`: it isn't CSV. */
function parseFields(text: string): string[][] | undefined {
  try {
    return parse(text, { record_delimiter: '\n', relax_column_count: true });
  } catch {
    return undefined;
  }
}

const HEADER_RULE = `the first line names the columns, accountId and any of ${accountFields.slice(1).join(', ')}`;

function readHeader({ number: line, text }: Line, report: ReportProblem): readonly Column[] | undefined {
  const fields = splitFields(text) ?? [text];
  const reason = headerFault(text, fields);
  if (reason === undefined) return fields.map((name) => (isAccountField(name) ? name : undefined));
  report({ line, field: undefined, reason: `${reason}: ${HEADER_RULE}`, wholeFile: true });
  return undefined;
}

/** The cause, where it can be known. A file without header begins with somebody's data: names are not repeated. */
function headerFault(text: string, fields: readonly string[]): string | undefined {
  if (/^"?sep=/i.test(text))
    return 'tells Excel its separator and is no header: take that line out, and use commas';
  if (/^\s*[[{]/.test(text))
    return 'is JSON, where CSV is due: NDJSON, one object a line, is named .ndjson, or told by --format ndjson';
  if (text.includes('\r')) return 'has a CR in it: lines end with LF or CR LF, not with CR alone or twice';
  const unknown = fields.findIndex((name) => !isAccountField(name) && name !== PROBLEM_FIELD);
  const separator = SEPARATORS.find(
    ([sign]) => text.split(sign).some((part) => meantField(part) !== undefined) && text.includes(sign),
  );
  if (unknown !== -1 && separator !== undefined)
    return `has ${separator[1]} between its names, where commas are due`;
  if (splitFields(text) === undefined) return 'has a double quote out of place';
  const meant = meantField(fields[unknown] ?? '');
  const hint = meant === undefined ? '' : `, where ${meant} may be meant, which is read to the letter`;
  if (unknown !== -1) return `has an unknown name for column ${unknown + 1}${hint}`;
  if (new Set(fields).size < fields.length) return 'names a column twice';
  return fields.includes('accountId') ? undefined : 'does not name the column accountId';
}

const SEPARATORS = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
] as const;

/** The field that a name stands for but for case, spaces, quotes and underscores. */
function meantField(name: string): AccountField | undefined {
  const letters = (text: string) => text.replaceAll(/[^A-Za-z]/g, '').toLowerCase();
  return letters(name) === '' ? undefined : accountFields.find((field) => letters(field) === letters(name));
}

function readRecord(
  { line, fields }: CsvRecord,
  columns: readonly Column[],
  report: ReportProblem,
): GivenRow | undefined {
  // What spreadsheets leave below a table.
  if (fields.every((field) => field.trim() === '')) return undefined;
  if (fields.length !== columns.length) {
    report({
      line,
      field: undefined,
      reason: `has ${fields.length} fields where the header names ${columns.length}`,
    });
    return undefined;
  }
  const texts: Partial<Record<TextField, string>> = {};
  let associationIds: readonly string[] = [];
  for (const [index, name] of columns.entries()) {
    if (name === undefined) continue;
    const value = fields[index] ?? '';
    if (name === 'associationIds') associationIds = value.split(' ').filter((id) => id !== '');
    else texts[name] = value;
  }
  return { line, texts, associationIds };
}
