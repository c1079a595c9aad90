import { renameSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataTerms } from '../../data-kind.ts';
import { sqliteCode, sqliteCodes, storageFailure } from '../../sqlite/failure.ts';
import { openDatabase } from '../../sqlite/open-database.ts';
import type { IdRange, LeavingStore, StoreRest } from '../moving.ts';
import { type Row, readBlock } from '../rows/otp-rows.ts';
import { otpStoreKind } from './migrations.ts';
import { type SqliteStoreSettings, where } from './settings.ts';
import { markMoved } from './store-mark.ts';

/** Its server writes for milliseconds at a time. */
const WAIT_MS = 5000;

export async function leaveStore({
  environment,
  dataDirectory,
}: DataTerms<SqliteStoreSettings>): Promise<LeavingStore> {
  const file = where({ dataDirectory });
  // A move that was stopped after it had left goes on with what it left.
  const current = isThere(file) ? file : movedName(file);
  if (!isThere(current)) throw new UnavailableError(`${file} is not there: there is nothing to move`);
  const order = { file: current, environment, access: 'write', waitMs: WAIT_MS } as const;
  const { database } = openDatabase(otpStoreKind, order);
  return new LeavingSqliteStore(database, file);
}

class LeavingSqliteStore implements LeavingStore {
  readonly #database: DatabaseSync;
  readonly #file: string;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
  }

  range(): IdRange {
    const [row = {}] = this.#all('SELECT min(id) - 1 AS after, max(id) AS up_to FROM request');
    return { after: Number(row['after'] ?? 0), upTo: Number(row['up_to'] ?? 0) };
  }

  requests({ after, upTo }: IdRange): readonly Row[] {
    return this.#all('SELECT * FROM request WHERE id > ? AND id <= ? ORDER BY id', after, upTo);
  }

  rest(): StoreRest {
    const words = this.#all(`SELECT name, value FROM meta WHERE name NOT IN ('environment', 'checks')`);
    return {
      missteps: this.#all('SELECT subject, kind, at_ms, times FROM misstep'),
      ceilings: this.#all('SELECT * FROM ceiling').map((row) => ({
        subject: String(row['subject']),
        windowMs: Number(row['window_ms']),
        bucket: Number(row['bucket']),
        sends: Number(row['sends']),
      })),
      blocks: this.#all('SELECT * FROM block').map(readBlock),
      words: new Map(words.map(({ name, value }) => [String(name), String(value)])),
    };
  }

  hold(): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if (sqliteCode(error) !== sqliteCodes.busy) throw storageFailure(error);
      throw new UnavailableError(`${this.#file}: somebody else keeps writing; try again`, { cause: error });
    }
  }

  leave(where: string): void {
    markMoved(this.#file, where);
    // Whoever has it open notices that it has lost its name, before and after each of its commits.
    for (const part of ['', '-wal', '-shm']) {
      const name = `${this.#file}${part}`;
      if (isThere(name)) renameSync(name, `${movedName(this.#file)}${part}`);
    }
  }

  close(): void {
    this.#database.close();
  }

  #all(sql: string, ...values: readonly number[]): readonly Row[] {
    try {
      return this.#database.prepare(sql).all(...values);
    } catch (error) {
      throw storageFailure(error);
    }
  }
}

function movedName(file: string): string {
  return `${file}.moved`;
}
