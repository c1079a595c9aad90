import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { UnavailableError } from '../../../ports/unavailable.ts';
import type { DataTerms } from '../../data-kind.ts';
import { UNHURRIED_MS } from '../../postgres/connect.ts';
import type { Database, Query } from '../../postgres/database.ts';
import { openSchema, withDatabase } from '../../postgres/open-schema.ts';
import type { EnteringStore, IdRange, LeavingStore, StoreRest } from '../moving.ts';
import type { Row } from '../rows/otp-rows.ts';
import { requireNobody } from './key-record.ts';
import { storePart } from './migrations.ts';
import { MOVING } from './nodes.ts';
import { REQUEST_COLUMNS, toRecords } from './row-columns.ts';
import type { PostgresStoreSettings } from './settings.ts';
import { associationRecord, endOfUse } from './writer.ts';

/** In `meta`: the id of the store that was carried here. */
const MOVED = 'moved';

/**
 * The version of each row while it is carried. A server gives every row that it writes one of its own, which the table refuses
 * meanwhile: one that was stopped before the move began may come back at any time.
 */
const CARRIED_VERSION = '00000000-0000-0000-0000-000000000000';

const CARRIED = Object.keys(REQUEST_COLUMNS).filter((name) => name !== 'version');
const TYPED = Object.entries(REQUEST_COLUMNS).map(([name, type]) => `${name} ${type}`);

export async function enterStore(
  { settings, environment }: DataTerms<PostgresStoreSettings>,
  leaving: Pick<LeavingStore, 'id' | 'movedTo'>,
): Promise<EnteringStore> {
  const missing = leaving.movedTo && movedAlready(leaving.movedTo);
  const order = { settings, environment, part: storePart, missing };
  const { database } = await openSchema({ ...order, connect: { statementMs: UNHURRIED_MS } });
  const { schema } = settings;
  const run = `${leaving.id} ${randomUUID()}`;
  try {
    await withDatabase(settings, (own) => own.transaction((query) => beginMove(query, schema, leaving, run)));
    return new EnteringPostgresStore(database, schema, run);
  } catch (error) {
    await database.close();
    throw error;
  }
}

function movedAlready(where: string): string {
  return `the old store was moved to ${where}, and a store is moved once: serve with the configuration that names that place`;
}

/** `run`: of this one, after the id of the store. Whoever was at it before has lost it. */
async function beginMove(
  query: Query,
  schema: string,
  { id, movedTo }: Pick<LeavingStore, 'id' | 'movedTo'>,
  run: string,
): Promise<void> {
  const [state = {}] = await query(
    `SELECT EXISTS (SELECT FROM ${schema}.request) AS is_used,
       (SELECT split_part(value, ' ', 1) FROM ${schema}.meta WHERE name = '${MOVING}') AS moving,
       (SELECT value FROM ${schema}.meta WHERE name = '${MOVED}') AS moved`,
  );
  const { is_used: isUsed, moving, moved } = state;
  if (moved === id) {
    throw new UnavailableError(
      'has the store already, the move is done: serve with the configuration that names it',
    );
  }
  if (moving !== id) {
    if (moving !== null) {
      throw new UnavailableError('is where another store is being moved to: name another schema');
    }
    if (movedTo !== undefined) throw new UnavailableError(`is another place: ${movedAlready(movedTo)}`);
    if (isUsed === true) {
      throw new UnavailableError('holds requests already: name another schema, which no server has used');
    }
    await requireNobody(query, schema);
    await query(
      `ALTER TABLE ${schema}.request ADD CONSTRAINT a_store_is_being_moved_here CHECK (version = '${CARRIED_VERSION}')`,
    );
    // Rows are compared by the ids that they had. It goes at the end.
    await query(`CREATE UNIQUE INDEX request_moving ON ${schema}.request (id)`);
  }
  await query(
    `INSERT INTO ${schema}.meta (name, value) VALUES ('${MOVING}', $1)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [run],
  );
}

class EnteringPostgresStore implements EnteringStore {
  readonly #database: Database;
  readonly #schema: string;
  readonly #run: string;

  constructor(database: Database, schema: string, run: string) {
    this.#database = database;
    this.#schema = schema;
    this.#run = run;
  }

  async requests(range: IdRange, rows: readonly Row[]): Promise<number> {
    const wanted = new Map(rows.map((row) => [Number(row['id']), carried(row)]));
    const found = await this.#read(range);
    const changed = rows.filter((row) => !isSame(found, wanted, Number(row['id'])));
    const gone = [...found.keys()].filter((id) => !wanted.has(id));
    if (changed.length === 0 && gone.length === 0) return 0;
    await this.#change(async (query) => {
      const ids = [...gone, ...changed.map(({ id }) => id)];
      await query(`DELETE FROM ${this.#schema}.request WHERE id = ANY ($1::bigint[])`, [ids]);
      const records = changed.map((row) => ({ id: row['id'], version: CARRIED_VERSION, ...carried(row) }));
      await query(
        `INSERT INTO ${this.#schema}.request (id, ${Object.keys(REQUEST_COLUMNS).join(', ')}) OVERRIDING SYSTEM VALUE
         SELECT id, ${Object.keys(REQUEST_COLUMNS).join(', ')}
         FROM json_to_recordset($1::json) AS r(id bigint, ${TYPED.join(', ')})`,
        [toRecords(records)],
      );
    });
    const written = await this.#read(range);
    if (written.size === wanted.size && rows.every((row) => isSame(written, wanted, Number(row['id'])))) {
      return changed.length + gone.length;
    }
    throw new UnavailableError('what was written is not what is read back: nothing was moved');
  }

  async rest({ missteps, ceilings, blocks, associations, words }: StoreRest): Promise<void> {
    const schema = this.#schema;
    const counted = Map.groupBy(ceilings, ({ windowMs, subject }) => `${windowMs} ${subject}`);
    const ceilingRecords = [...counted.values()].map((parts) => {
      const [{ subject, windowMs } = { subject: '', windowMs: 0 }] = parts;
      const newest = Math.max(...parts.map(({ bucket }) => bucket));
      const counts = Object.fromEntries(parts.map(({ bucket, sends }) => [bucket, sends]));
      return { subject, window_ms: windowMs, raised: 1, counts, until_ms: endOfUse(windowMs, newest) };
    });
    const blockRecords = blocks.map(({ subject, sinceMs, untilMs, unverified, verified }) => {
      return { subject, since_ms: sinceMs, until_ms: untilMs, unverified, verified };
    });
    const associationRecords = associations.map((association) => {
      return { ...associationRecord(association), version: randomUUID() };
    });
    const wordRecords = [...words].map(([name, value]) => ({ name, value }));
    await this.#change(async (query) => {
      for (const [table, records] of [
        ['misstep', missteps],
        ['ceiling', ceilingRecords],
        ['block', blockRecords],
        ['kept_association', associationRecords],
      ] as const) {
        await query(`DELETE FROM ${schema}.${table}`);
        await insertAll(query, `${schema}.${table}`, records);
      }
      await query(`DELETE FROM ${schema}.meta WHERE name <> '${MOVING}'`);
      await insertAll(query, `${schema}.meta`, wordRecords);
      const [row] = await query(
        `SELECT (SELECT count(*) FROM ${schema}.misstep) AS missteps, (SELECT count(*) FROM ${schema}.kept_association) AS associations`,
      );
      if (row?.['missteps'] !== missteps.length || row['associations'] !== associations.length)
        throw new UnavailableError('not all that limits count, and not all associations, were written');
    });
  }

  async count(): Promise<number> {
    const [row] = await this.#database.transaction((query) =>
      query(`SELECT count(*) AS n FROM ${this.#schema}.request`),
    );
    return Number(row?.['n']);
  }

  async finish(): Promise<void> {
    const schema = this.#schema;
    await this.#change(async (query) => {
      await query(
        `SELECT setval(pg_get_serial_sequence('${schema}.request', 'id'), max(id)) FROM ${schema}.request`,
      );
      await query(
        `INSERT INTO ${schema}.subject (digest, version, received_at_ms, verified_at_ms)
         SELECT phone_number_digest, gen_random_uuid(), max(received_at_ms), max(received_at_ms)
         FROM ${schema}.request WHERE uses IS NOT NULL GROUP BY phone_number_digest`,
      );
      await query(`DROP INDEX ${schema}.request_moving`);
      await query(`ANALYZE ${schema}.request`);
      await query(`ALTER TABLE ${schema}.request DROP CONSTRAINT a_store_is_being_moved_here`);
      await query(
        `UPDATE ${schema}.meta SET name = '${MOVED}', value = split_part(value, ' ', 1) WHERE name = '${MOVING}'`,
      );
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** While the store is being moved, and by this run alone: another one may have read what has changed since. */
  #change(run: (query: Query) => Promise<void>): Promise<void> {
    return this.#database.transaction(async (query) => {
      const marks = await query(
        `SELECT FROM ${this.#schema}.meta WHERE name = '${MOVING}' AND value = $1 FOR UPDATE`,
        [this.#run],
      );
      if (marks.length === 0) {
        throw new UnavailableError('another move has taken this one over: wait for that one');
      }
      await run(query);
    });
  }

  async #read({ after, upTo }: IdRange): Promise<ReadonlyMap<number, Row>> {
    const rows = await this.#database.read(
      `SELECT * FROM ${this.#schema}.request WHERE id > $1 AND id <= $2`,
      [after, upTo],
    );
    return new Map(rows.map((row) => [Number(row['id']), carried(row)]));
  }
}

function carried(row: Row): Row {
  return Object.fromEntries(CARRIED.map((name) => [name, row[name] ?? null]));
}

function isSame(found: ReadonlyMap<number, Row>, wanted: ReadonlyMap<number, Row>, id: number): boolean {
  return isDeepStrictEqual(found.get(id), wanted.get(id));
}

/** A part at a time, since a statement's values are held in memory at both ends. */
const RECORDS_MAX = 5000;

async function insertAll(query: Query, table: string, records: readonly object[]): Promise<void> {
  for (let from = 0; from < records.length; from += RECORDS_MAX) {
    const some = records.slice(from, from + RECORDS_MAX);
    const names = Object.keys(some[0] ?? {}).join(', ');
    await query(
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1::json)`,
      [toRecords(some)],
    );
  }
}
