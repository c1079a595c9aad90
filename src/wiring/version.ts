import { readFileSync } from 'node:fs';

/** The version of the package, such as `1.2.3`. */
export const packageVersion: string = readVersion();

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
