import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { folderOnceARun } from './once-a-run.ts';

const root = join(import.meta.dirname, '../..');

/** The folder that `tools/build.ts` makes of the sources here. */
export function built(): Promise<string> {
  return folderOnceARun('built', async (folder) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/build.ts', folder], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the package can't be built:\n${stdout}${stderr}`);
  });
}
