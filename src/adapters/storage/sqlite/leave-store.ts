import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isThere } from '../../../ports/file-fault.ts';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataTerms } from '../../data-kind.ts';
import { sqliteCode, sqliteCodes, storageFailure } from '../../sqlite/failure.ts';
import { openDatabase } from '../../sqlite/open-database.ts';
import type { IdRange, LeavingStore, StoreRest } from '../moving.ts';
import { readAssociation } from '../rows/association-row.ts';
import { type Row, readBlock } from '../rows/otp-rows.ts';
import { codesBySecret, readKeyChecks } from './key-checks.ts';
import { otpStoreKind } from './migrations.ts';
import { type SqliteStoreSettings, where } from './settings.ts';
import { markMoved, whereMoved } from './store-mark.ts';

/** Its server writes for milliseconds at a time. */
const WAIT_MS = 5000;

export async function leaveStore({
  environment,
  dataDirectory,
}: DataTerms<SqliteStoreSettings>): Promise<LeavingStore> {
  const file = where({ dataDirectory });
  const movedTo = whereMoved(file);
  // A move that was stopped after it had left goes on with what it left, whatever was put in its place.
  const hasLeft = movedTo !== undefined && isThere(movedName(file));
  // It may have been stopped before its log had left.
  if (hasLeft && !isThere(file)) renameAll(file);
  const current = hasLeft ? movedName(file) : file;
  if (!isThere(current)) throw new UnavailableError(`${file} is not there: there is nothing to move`);
  const order = { file: current, environment, access: 'write', waitMs: WAIT_MS } as const;
  const { database } = openDatabase(otpStoreKind, order);
  try {
    return new LeavingSqliteStore(database, file, { id: idOf(database), movedTo, hasLeft });
  } catch (error) {
    database.close();
    throw storageFailure(error);
  }
}

/** Kept in the store itself, so that a copy of it is known again. */
function idOf(database: DatabaseSync): string {
  database
    .prepare(`INSERT INTO meta (name, value) VALUES ('id', ?) ON CONFLICT DO NOTHING`)
    .run(randomUUID());
  return String(database.prepare(`SELECT value FROM meta WHERE name = 'id'`).get()?.['value']);
}

class LeavingSqliteStore implements LeavingStore {
  readonly id: string;
  readonly movedTo: string | undefined;
  readonly keys: LeavingStore['keys'];
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #hasLeft: boolean;

  constructor(
    database: DatabaseSync,
    file: string,
    { id, movedTo, hasLeft }: Pick<LeavingStore, 'id' | 'movedTo'> & { readonly hasLeft: boolean },
  ) {
    this.#database = database;
    this.#file = file;
    this.id = id;
    this.movedTo = movedTo;
    this.keys = {
      checks: async () => readKeyChecks(database),
      codesBySecret: async () => codesBySecret(database),
    };
    this.#hasLeft = hasLeft;
  }

  range(): IdRange {
    const [row = {}] = this.#all('SELECT min(id) - 1 AS after, max(id) AS up_to FROM request');
    return { after: Number(row['after'] ?? 0), upTo: Number(row['up_to'] ?? 0) };
  }

  requests({ after, upTo }: IdRange): readonly Row[] {
    return this.#all('SELECT * FROM request WHERE id > ? AND id <= ? ORDER BY id', after, upTo);
  }

  rest(): StoreRest {
    const words = this.#all(`SELECT name, value FROM meta WHERE name NOT IN ('environment', 'checks', 'id')`);
    return {
      missteps: this.#all('SELECT subject, kind, at_ms, times FROM misstep'),
      ceilings: this.#all('SELECT * FROM ceiling').map((row) => ({
        subject: String(row['subject']),
        windowMs: Number(row['window_ms']),
        bucket: Number(row['bucket']),
        sends: Number(row['sends']),
      })),
      blocks: this.#all('SELECT * FROM block').map(readBlock),
      associations: this.#all('SELECT * FROM kept_association').map(readAssociation),
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
    if (!this.#hasLeft) renameAll(this.#file);
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

/** With its log and the index of that. Safe to repeat. */
function renameAll(file: string): void {
  for (const part of ['', '-wal', '-shm']) {
    if (isThere(`${file}${part}`)) renameSync(`${file}${part}`, `${movedName(file)}${part}`);
  }
}

function movedName(file: string): string {
  return `${file}.moved`;
}
