import type { Database, Rows } from '../../postgres/database.ts';
import { DatabaseError, sqlStateOf } from '../../postgres/failure.ts';
import { type KeptStatement, makeKept } from './kept-statement.ts';
import { readStatements } from './read-statements.ts';
import { writeStatement } from './write-statement.ts';

const UNDEFINED_FUNCTION = '42883';

/** Asks what steps ask, and makes the functions that are missing: at the start, or after a failover to a server without them. */
export class KeptFunctions {
  readonly #database: Database;
  readonly #schema: string;
  readonly #way: 'call' | 'text';
  #making: Promise<void> | undefined;

  /** `way`: `text` where nobody makes functions. */
  constructor(database: Database, schema: string, way: 'call' | 'text') {
    this.#database = database;
    this.#schema = schema;
    this.#way = way;
  }

  /** Throws as `Database.read` and `Database.write` do, and as `make` does. */
  async ask(statement: KeptStatement, values: readonly string[]): Promise<Rows> {
    try {
      return await this.#ask(statement, values);
    } catch (error) {
      if (!(error instanceof DatabaseError) || sqlStateOf(error.cause) !== UNDEFINED_FUNCTION) throw error;
      await this.make();
      return this.#ask(statement, values);
    }
  }

  /** See `makeKept`. Whoever comes meanwhile waits for the same. */
  make(): Promise<void> {
    this.#making ??= makeKept(this.#database, this.#schema, keptStatements(this.#schema)).finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** Asks each with nothing to do. Throws what steps that ask it would throw. */
  async check(): Promise<void> {
    for (const statement of keptStatements(this.#schema)) await this.ask(statement, statement.nothing);
  }

  #ask({ [this.#way]: text, isRead }: KeptStatement, values: readonly string[]): Promise<Rows> {
    return isRead ? this.#database.read(text, values) : this.#database.write(text, values);
  }
}

/** Those that a server needs beside the tables. */
export function keptStatements(schema: string): readonly KeptStatement[] {
  return [...Object.values(readStatements(schema)), writeStatement(schema)];
}
