import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { until } from '../until.ts';
import { bounded } from './connect.ts';
import { GuardedDirectory } from './guarded-directory.ts';
import { PostgresServer } from './server.ts';

const run = promisify(execFile);

interface StandbyOptions {
  /** By which the primary knows it: lower-case letters. */
  readonly name: string;
  /** Default: a free one. That of a server that is gone lets its successor stand at the same address. */
  readonly port?: number;
  /** As of a server. */
  readonly diskBytes?: number | undefined;
}

/**
 * Starts a standby of a server that may be working, from a copy of its data: an asynchronous one, until `makeSynchronous`. It has
 * the primary's settings, and goes on following that address until it is promoted.
 */
export async function startStandby(
  primary: PostgresServer,
  { name, port, diskBytes }: StandbyOptions,
): Promise<PostgresServer> {
  const onDisk = primary.settings['fsync'] === 'on';
  const directory = await GuardedDirectory.make({ onDisk, bytesMax: diskBytes });
  await directory.makeDirectory('data');
  await backUp(primary, directory);
  await directory.makeDirectory('data/pg_wal');
  const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`;
  await directory.write('data/postgresql.auto.conf', `primary_conninfo = '${source}'\n`);
  await directory.write('data/standby.signal', '');
  const standby = new PostgresServer(primary.programs, directory, primary.settings, port);
  await standby.start().catch(async (error: unknown) => {
    await standby.stop();
    throw error;
  });
  return standby;
}

/** From now on a commit of the primary is answered when the standby of this name has it too. Returns when that is so. */
export async function makeSynchronous(primary: PostgresServer, name: string): Promise<void> {
  await primary.query(`ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (${name})'`);
  await primary.query('SELECT pg_reload_conf()');
  const state = 'SELECT FROM pg_stat_replication WHERE application_name = $1 AND sync_state = $2';
  await until(async () => (await primary.query(state, [name, 'sync'])).length > 0);
}

/** Makes a standby a primary of its own. Returns when it accepts writes. */
export async function promote(standby: PostgresServer): Promise<void> {
  const [row] = await standby.query('SELECT pg_promote(true, 60) AS promoted');
  if (row?.['promoted'] !== true) throw new Error(`not promoted:\n${await standby.log()}`);
}

/** Copies the data as PostgreSQL's documentation has it for a copy made by hand; the log of changes comes by streaming. */
async function backUp(primary: PostgresServer, directory: GuardedDirectory): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url(), ...bounded });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('standby', true)");
    const data = join(primary.directory, 'data');
    const left = /^(pg_wal|postmaster\..*|standby\.signal|postgresql\.auto\.conf)$/;
    const copied = (await readdir(data)).filter((name) => !left.test(name));
    const paths = copied.map((name) => join(data, name));
    await run('cp', ['-a', ...paths, join(directory.path, 'data')]).catch(refuseUnlessGone);
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(false)');
    await directory.write('data/backup_label', rows[0].labelfile);
  } finally {
    await client.end();
  }
}

/** A server that works removes files meanwhile; its log of changes knows. */
function refuseUnlessGone(error: Error & { readonly stderr?: string }): void {
  const lines = (error.stderr ?? '').trim().split('\n');
  if (!lines.every((line) => line.endsWith('No such file or directory'))) throw error;
}
