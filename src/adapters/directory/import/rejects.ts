import { closeSync, openSync, rmSync, unlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { PROBLEM_FIELD } from '../rows/account-fields.ts';
import type { ImportProblem } from './problems.ts';
import { joinFields, splitFields } from './read-csv.ts';
import type { KeptLine } from './read-lines.ts';

/*
 * A database of its own, since what it holds outlives the passes that are rolled back. It lies where phone numbers may
 * lie and loses its name at once, as the staging database does.
 */
const SCHEMA = `
  PRAGMA journal_mode = MEMORY;
  PRAGMA synchronous = OFF;
  CREATE TABLE lines (line INTEGER PRIMARY KEY, text TEXT NOT NULL, encoding TEXT NOT NULL) STRICT;
  CREATE TABLE problems (problem INTEGER PRIMARY KEY, line INTEGER NOT NULL, words TEXT NOT NULL) STRICT;
  CREATE INDEX problems_by_line ON problems (line);
  BEGIN;
`;

/** The lines of a file, and what is wrong with some of them. */
export class RejectLog {
  readonly #database: DatabaseSync;
  readonly #keep;
  readonly #add;
  #dropped = 0;

  constructor(aside: string) {
    const file = `${aside}.rejects-${process.pid}`;
    // What an earlier process of that number left; and no link is followed.
    rmSync(file, { force: true });
    closeSync(openSync(file, 'wx', 0o600));
    try {
      this.#database = new DatabaseSync(file);
      this.#database.exec(SCHEMA);
    } finally {
      unlinkSync(file);
    }
    this.#keep = this.#database.prepare('INSERT INTO lines VALUES (?, ?, ?)');
    this.#add = this.#database.prepare('INSERT INTO problems (line, words) VALUES (?, ?)');
  }

  keep({ number, text, encoding }: KeptLine): void {
    this.#keep.run(number, text.toWellFormed(), encoding);
  }

  add({ line, field, reason }: ImportProblem): void {
    this.#add.run(line, `${field ?? 'the line'} ${reason}`);
  }

  /** How many lines have problems. */
  count(): number {
    const row = this.#database.prepare('SELECT count(DISTINCT line) AS count FROM problems').get();
    return Number(row?.['count']);
  }

  /** Takes the rows with problems that were found since the last time out of the staging tables. */
  dropFrom(database: DatabaseSync): void {
    const newest = this.#database.prepare('SELECT coalesce(max(problem), 0) AS newest FROM problems').get();
    const lines = this.#database.prepare('SELECT DISTINCT line FROM problems WHERE problem > ?');
    database.exec('BEGIN');
    const drops = ['accounts', 'associations'].map((table) => {
      database.exec(`CREATE INDEX IF NOT EXISTS staged.${table}_by_line ON ${table} (line)`);
      return database.prepare(`DELETE FROM staged.${table} WHERE line = ?`);
    });
    for (const row of lines.iterate(this.#dropped)) for (const drop of drops) drop.run(Number(row['line']));
    database.exec('COMMIT');
    this.#dropped = Number(newest?.['newest']);
  }

  /** Writes the lines with problems, each with all that is wrong with it, as a file that can be imported again. */
  async write(file: FileHandle, format: 'csv' | 'ndjson'): Promise<void> {
    const header = this.#database
      .prepare("SELECT text FROM lines WHERE trim(text) <> '' ORDER BY line LIMIT 1")
      .get();
    const names = format === 'csv' ? (splitFields(String(header?.['text'])) ?? []) : [];
    const rejects = this.#database.prepare(`
      SELECT line, text, encoding, (SELECT group_concat(words, '; ') FROM problems WHERE problems.line = lines.line) AS words
      FROM lines WHERE line IN (SELECT line FROM problems) ORDER BY line`);
    if (format === 'csv') await file.appendFile(`${joinFields(withProblem(names, names, PROBLEM_FIELD))}\n`);
    for (const { line, text, encoding, words } of rejects.iterate()) {
      const problem = `line ${line}: ${words}`;
      const written =
        format === 'csv' ? csvRow(String(text), names, problem) : jsonRow(String(text), problem);
      // Bytes that were no UTF-8 stay what they were: only who wrote them knows the letters that they stand for.
      await file.appendFile(`${written}\n`, encoding === 'latin1' ? 'latin1' : 'utf8');
    }
    await file.sync();
  }

  close(): void {
    this.#database.close();
  }
}

function csvRow(text: string, names: readonly string[], problem: string): string {
  const fields = splitFields(text);
  // What can't be taken apart stays as it is.
  return fields === undefined
    ? `${text},${joinFields([problem])}`
    : joinFields(withProblem(fields, names, problem));
}

/** The problem in the last place; what an earlier import said goes. */
function withProblem(
  fields: readonly string[],
  names: readonly string[],
  problem: string,
): readonly string[] {
  const earlier = names.indexOf(PROBLEM_FIELD);
  return [...fields.filter((_, index) => index !== earlier), problem];
}

/** As `jsonRow` begins a row. */
const EARLIER_PROBLEM = new RegExp(`^\\s*\\{\\s*"${PROBLEM_FIELD}"\\s*:\\s*"(?:[^"\\\\]|\\\\.)*"\\s*,?`);

/** As it is written: of two members with one name, and of a long number, a parser would lose what is to be corrected. */
function jsonRow(text: string, problem: string): string {
  const told = JSON.stringify({ [PROBLEM_FIELD]: problem }).slice(0, -1);
  const row = text.replace(EARLIER_PROBLEM, '{').trimStart();
  try {
    const { [PROBLEM_FIELD]: elsewhere, ...members } = JSON.parse(row) as Record<string, unknown>;
    if (elsewhere !== undefined) return JSON.stringify({ [PROBLEM_FIELD]: problem, ...members });
    if (row.startsWith('{'))
      return `${told}${Object.keys(members).length > 0 ? ',' : ''}${row.slice(1).trimStart()}`;
  } catch {
    // Not JSON: the line is kept whole.
  }
  return `${told},"line":${JSON.stringify(text)}}`;
}
