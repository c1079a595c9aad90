import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onceARun } from './once-a-run.ts';

const root = join(import.meta.dirname, '../..');

/** The folder that `tools/build.ts` makes of the sources here. It is there as long as the run is; nobody changes it. */
export function built(): Promise<string> {
  return onceARun('built', async () => {
    const folder = mkdtempSync(join(process.env['TESTS_FOLDER'] ?? tmpdir(), 'gsp-otp-built-'));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/build.ts', folder], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the package can't be built:\n${stdout}${stderr}`);
    return folder;
  });
}
