import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A text that takes long to make, such as a key: whoever asks for a name first makes it for all processes of a run of
 * `tools/run-tests.ts`, which names its folder. A file that is run by itself makes its own.
 */
export async function onceARun(name: string, make: () => Promise<string>): Promise<string> {
  const folder = process.env['TESTS_FOLDER'];
  if (folder === undefined) return make();
  const file = join(folder, name);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const text = await make();
    // Nobody reads half of it.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
    return text;
  }
}

/** The same for a folder, which nobody may change. It is there as long as the run is. */
export function folderOnceARun(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  return onceARun(name, async () => {
    const ofRun = process.env['TESTS_FOLDER'];
    const folder = mkdtempSync(join(ofRun ?? tmpdir(), `gsp-otp-${name}-`));
    if (ofRun === undefined) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await fill(folder);
    return folder;
  });
}
