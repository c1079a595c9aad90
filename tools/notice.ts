/**
 * Writes NOTICE: every package that an installation brings along, with its licence. `node tools/notice.ts`, after a
 * change of dependencies. A test compares it with the lock file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

const introduction = `gsp-otp
Licensed under the Apache License, Version 2.0; see LICENSE.

It contains no code of others. Installing it installs the packages below, each under its own licence; the text of each
licence stands in the folder of its package. openpgp (LGPL) is used unchanged, as a package of its own that whoever
runs gsp-otp may replace.
`;

/** The text of NOTICE for a lock file of npm. Throws if a package names no licence. */
export function noticeOf(lock: { readonly packages: Readonly<Record<string, LockedPackage>> }): string {
  const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const rows = shipped.map(([path, { version, license }]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (license === undefined) throw new Error(`${path} names no licence in package-lock.json`);
    return `${name} ${version}  ${license}`;
  });
  return `${introduction}\n${[...new Set(rows)].sort().join('\n')}\n`;
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  writeFileSync(join(root, 'NOTICE'), noticeOf(lock));
}
