/**
 * What the package declares to those who import it: every exported name with its declaration, one file an entry of
 * `exports` in package.json, under `test/surface/`. A test compares; `node tools/surface.ts` writes them again.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { type Declaration, Declarations } from './declarations.ts';

const root = join(import.meta.dirname, '..');

export interface Surface {
  /** Of the listing, such as `index.txt`. */
  readonly file: string;
  readonly listing: string;
  /** Types of ours that a public declaration mentions and nobody can import, each with where it is mentioned. */
  readonly nameless: readonly string[];
}

/** The surfaces of this package, from the declarations that `tools/build.ts` made in a folder. */
export function surfacesOf(folder: string): readonly Surface[] {
  const files = globSync('**/*.d.ts', { cwd: folder });
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries<{ types: string }>(exports).map(([name, { types }]) => ({
    file: `${name === '.' ? 'index' : name.replace('./', '')}.txt`,
    ...surfaceOf(
      texts,
      entryOf(types),
      Object.values<{ types: string }>(exports).map((other) => entryOf(other.types)),
    ),
  }));
}

function entryOf(types: string): string {
  return types.replace('./dist/', '');
}

/** The surface that an entry has, of declaration files by their names. What another entry exports can be imported too. */
export function surfaceOf(
  texts: ReadonlyMap<string, string>,
  entry: string,
  entries: readonly string[] = [entry],
): Omit<Surface, 'file'> {
  const declarations = new Declarations(texts);
  const exported = new Map(
    [...declarations.exportsOf(entry)].sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  const named = new Set(entries.flatMap((one) => [...declarations.exportsOf(one).values()].map(identityOf)));
  const nameless = [...exported].flatMap(([name, declaration]) =>
    declarations
      .mentionedBy(declaration)
      .filter((mentioned) => !named.has(identityOf(mentioned)))
      .map((mentioned) => `${name} mentions ${mentioned.name} of ${posix.normalize(mentioned.file)}`),
  );
  const behind = [...exported.values()].flatMap((declaration) => declarations.valuesBehind(declaration));
  const unnamed = new Map(
    behind.filter((value) => !named.has(identityOf(value))).map((v) => [identityOf(v), v]),
  );
  const paragraphs = [
    ...[...exported].map(([name, { name: own, text }]) => `${name === own ? '' : `${name} = `}${text}`),
    ...[...unnamed.values()].map(({ text }) => `not exported: ${text}`),
  ];
  return { listing: `${paragraphs.join('\n\n')}\n`, nameless: [...new Set(nameless)] };
}

function identityOf({ file, name }: Declaration): string {
  return `${file}#${name}`;
}

if (import.meta.main) {
  const out = mkdtempSync(join(tmpdir(), 'gsp-otp-'));
  execFileSync(process.execPath, [join(root, 'tools/build.ts'), out]);
  for (const { file, listing } of surfacesOf(out)) writeFileSync(join(root, 'test/surface', file), listing);
  rmSync(out, { recursive: true });
}
