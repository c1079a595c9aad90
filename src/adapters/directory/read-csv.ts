import { parse } from 'csv-parse/sync';
import { type AccountField, accountFields, isAccountField } from './account-fields.ts';
import type { ReportProblem } from './import-problems.ts';
import type { GivenRow, TextField } from './import-row.ts';
import type { Line } from './read-lines.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The rows of a CSV file (RFC 4180, comma, double quotes) whose first line names its columns. Empty lines are
 * skipped. No field may hold a line break, so each line stands alone and a stray quote spoils no other one.
 * After a wrong header nothing more is read: no line could be understood.
 */
export async function* readCsv(
  batches: AsyncIterable<readonly Line[]>,
  report: ReportProblem,
): AsyncGenerator<readonly GivenRow[]> {
  let columns: readonly AccountField[] | undefined;
  for await (const batch of batches) {
    const records = splitFields(batch.map(withoutByteOrderMark).filter(isFilled), report);
    const header = columns === undefined ? records.shift() : undefined;
    if (header !== undefined) {
      columns = readHeader(header, report);
      if (columns === undefined) return;
    }
    const names = columns ?? [];
    yield records.flatMap((record) => readRecord(record, names, report) ?? []);
  }
  if (columns === undefined) {
    report({ line: 1, field: undefined, reason: `is missing: ${HEADER_RULE}` });
  }
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function withoutByteOrderMark(line: Line): Line {
  const marked = line.number === 1 && line.text.startsWith(BYTE_ORDER_MARK);
  return marked ? { number: 1, text: line.text.slice(1) } : line;
}

function isFilled({ text }: Line): boolean {
  return text !== '';
}

function splitFields(lines: readonly Line[], report: ReportProblem): CsvRecord[] {
  const together = parseFields(lines.map(({ text }) => text).join('\n'));
  if (together?.length === lines.length) {
    return lines.map(({ number }, index) => ({ line: number, fields: together[index] ?? [] }));
  }
  // A quote goes astray somewhere: each line by itself tells where.
  return lines.flatMap(({ number, text }) => {
    const [fields] = parseFields(text) ?? [];
    if (fields !== undefined) return { line: number, fields };
    report({
      line: number,
      field: undefined,
      reason: 'has a double quote out of place: a field with one is quoted, and the one in it doubled',
    });
    return [];
  });
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

function readHeader({ line, fields }: CsvRecord, report: ReportProblem): readonly AccountField[] | undefined {
  // A file without header begins with somebody's data, so names are not repeated in a report.
  const refuse = (what: string) => report({ line, field: undefined, reason: `${what}: ${HEADER_RULE}` });
  const unknown = fields.findIndex((name) => !isAccountField(name));
  if (unknown !== -1) refuse(`has an unknown name for column ${unknown + 1}`);
  else if (new Set(fields).size < fields.length) refuse('names a column twice');
  else if (!fields.includes('accountId')) refuse('does not name the column accountId');
  else return fields.filter(isAccountField);
  return undefined;
}

function readRecord(
  { line, fields }: CsvRecord,
  columns: readonly AccountField[],
  report: ReportProblem,
): GivenRow | undefined {
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
    const value = fields[index] ?? '';
    if (name === 'associationIds') associationIds = value.split(' ').filter((id) => id !== '');
    else texts[name] = value;
  }
  return { line, texts, associationIds };
}
