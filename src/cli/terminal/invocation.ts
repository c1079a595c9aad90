import { isAbsolute, join, relative } from 'node:path';

const launcherFile = join(import.meta.dirname, '../../../bin/gsp-otp.js');

/**
 * What one types in `cwd` to run this program: its name where it is installed; in a clone, where no such command is known,
 * the path of its file.
 */
export function commandOf(launcher: string, cwd: string): string {
  if (launcher.includes('/node_modules/')) return 'gsp-otp';
  const near = relative(cwd, launcher);
  const path = near.startsWith('..') || isAbsolute(near) ? launcher : `./${near}`;
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The same text with every command line in it as it has to be typed here: what follows `$ `, a backquote or a colon. */
export function asTyped(text: string): string {
  return text.replaceAll(/(?<=(?:\$ |`|: ))gsp-otp(?= [a-zA-Z-])/g, () =>
    commandOf(launcherFile, process.cwd()),
  );
}
