import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../ports/unavailable.ts';
import type { DatabaseKind } from './database-kind.ts';
import { openingFailure } from './failure.ts';
import { judgeFiles } from './judge-files.ts';
import { readUserVersion, schemaVersionIn } from './user-version.ts';

/** More objects than any of our schemas has. */
const OBJECTS_MAX = 200;

/** What ANALYZE leaves: figures for the planner, no code. */
const STATISTICS: Readonly<Record<string, string>> = {
  sqlite_stat1: 'CREATE TABLE sqlite_stat1(tbl,idx,stat)',
  sqlite_stat4: 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)',
};

/**
 * The schema version of a database of ours, 0: it is empty. Throws `UnavailableError` unless it is of that kind, of
 * a version that this program knows, and holds just what our migrations make: a view or a trigger of somebody
 * else's would run as if it were ours, without an end if it likes.
 */
export function judgeSchema(database: DatabaseSync, kind: DatabaseKind): number {
  const applicationId = database.prepare('SELECT application_id AS id FROM pragma_application_id').get()?.[
    'id'
  ];
  const userVersion = readUserVersion(database);
  const version = schemaVersionIn(userVersion);
  const found = objectsOf(database);
  if (applicationId === 0 && userVersion === 0 && found.size === 0) return 0;
  if (applicationId === kind.backupId) throw new UnavailableError(BACKUP_REFUSED);
  if (applicationId !== kind.applicationId) {
    throw new UnavailableError(
      `is not ${kind.name}, but the database of another program: name a file of its own`,
    );
  }
  if (version > kind.migrations.length) {
    throw new UnavailableError(
      `has schema version ${version}, this program knows versions up to ${kind.migrations.length}: ` +
        'run a newer gsp-otp, or restore the backup that was made before the upgrade',
    );
  }
  const difference = differenceBetween(found, objectsOfVersion(kind, version));
  if (difference === undefined) return version;
  throw new UnavailableError(
    `${difference}, so that it is not ${kind.name} of schema version ${version} as gsp-otp makes it: restore a backup`,
  );
}

/**
 * Throws `UnavailableError` that names the file if it is a copy that waits to be restored, or as `judgeFiles` does; asked
 * of the file alone, whatever log lies beside it. Only for files that this process does not have open: its locks on them would go.
 */
export function refuseBackup(file: string, { backupId }: DatabaseKind): void {
  if (judgeFiles(file, 'read') < HEADER_BYTES) return;
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  if (header.readUInt32BE(APPLICATION_ID_AT) === backupId) {
    throw new UnavailableError(`${file} ${BACKUP_REFUSED}`);
  }
}

/** Of SQLite's file format. */
const HEADER_BYTES = 100;
const APPLICATION_ID_AT = 68;

const BACKUP_REFUSED =
  'is a copy that gsp-otp backup made: put it in place with gsp-otp restore, which ends the codes of then';

/** Whether somebody has given an open file a view or a trigger since. `undefined`: it is as it was judged. */
export function schemaFault(database: DatabaseSync, kind: DatabaseKind, file: string): string | undefined {
  try {
    judgeSchema(database, kind);
    return undefined;
  } catch (error) {
    const reason = openingFailure(error, file);
    return reason instanceof Error ? reason.message : String(reason);
  }
}

/** What stands in a schema, by type and name. */
type SchemaObjects = ReadonlyMap<string, string>;

function objectsOf(database: DatabaseSync): SchemaObjects {
  const rows = database
    .prepare(`SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT ${OBJECTS_MAX}`)
    .all();
  return new Map(
    rows
      .filter(({ type, name, sql }) => !(type === 'table' && STATISTICS[String(name)] === sql))
      .map(({ type, name, tbl_name: table, sql }) => [
        `${type} ${JSON.stringify(name)}`,
        JSON.stringify([table, sql]),
      ]),
  );
}

/** A server compares every two seconds, and making them takes some milliseconds. */
const objectsMade = new Map<string, SchemaObjects>();

function objectsOfVersion({ name, migrations }: DatabaseKind, version: number): SchemaObjects {
  const key = `${version} ${name}`;
  const made = objectsMade.get(key) ?? objectsAfter(migrations.slice(0, version));
  objectsMade.set(key, made);
  return made;
}

/** The migrations themselves say what they make. */
function objectsAfter(migrations: readonly string[]): SchemaObjects {
  const model = new DatabaseSync(':memory:');
  try {
    for (const sql of migrations) model.exec(sql);
    return objectsOf(model);
  } finally {
    model.close();
  }
}

/** Names are a stranger's: quoted, and cut short. */
function differenceBetween(found: SchemaObjects, made: SchemaObjects): string | undefined {
  for (const [name, definition] of found) {
    const ours = made.get(name);
    if (ours === undefined) return `holds the ${name.slice(0, 80)}, which is not ours`;
    if (ours !== definition) return `holds the ${name.slice(0, 80)}, but not as we define it`;
  }
  for (const name of made.keys()) if (!found.has(name)) return `lacks the ${name}`;
  return undefined;
}
