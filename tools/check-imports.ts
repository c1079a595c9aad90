/**
 * Applies `import-rules.ts` to all sources, and asks that every grant of it is used: one that nobody uses any more would
 * let something in unseen. Ends with 1 and one line a violation, or unused grant, if there are any.
 */
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { type ImportRule, importRules } from './import-rules.ts';
import { importsOf } from './imports-of.ts';

const root = join(import.meta.dirname, '..');
const files = globSync('{src,conformance,console}/**/*.{ts,js}', { cwd: root }).sort();
/** The grants that some file used, as `grantOf` writes them. */
const used = new Set<string>();
const violations = files.flatMap(violationsOf);
const unused = importRules.flatMap((rule) =>
  [...rule.may, ...rule.modules].map((grant) => grantOf(rule, grant)).filter((grant) => !used.has(grant)),
);

for (const violation of violations) console.error(violation);
for (const grant of unused)
  console.error(`tools/import-rules.ts: ${grant}, and no file there does; remove it`);
console.log(
  `import rule: ${files.length} files, ${violations.length} violations, ${unused.length} unused grants`,
);
if (violations.length + unused.length > 0) process.exitCode = 1;

function grantOf(rule: ImportRule, grant: string): string {
  return `${rule.place.join(', ')} may import ${grant}`;
}

function violationsOf(file: string): readonly string[] {
  const rule = importRules.find(({ place }) => isWithin(place, file));
  if (rule === undefined)
    return [`${file}: no rule applies to it; give its folder one in tools/import-rules.ts`];

  return importsOf(file, readFileSync(join(root, file), 'utf8'))
    .filter(({ specifier }) => specifier === undefined || !isAllowed(rule, file, specifier))
    .map(({ specifier, line }) => {
      const what = specifier ?? 'something computed, which nobody can check';
      return `${file}:${line} imports ${what}\n  ${rule.place.join(', ')} may import ${allowedBy(rule)}; ${rule.instead}`;
    });
}

function isAllowed(rule: ImportRule, file: string, specifier: string): boolean {
  const target = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined;
  if (target !== undefined && isWithin(rule.place, target)) return true;
  const grants =
    target !== undefined
      ? rule.may.filter((grant) => isWithin([grant], target))
      : modulesFor(rule, specifier);
  for (const grant of grants) used.add(grantOf(rule, grant));
  return grants.length > 0;
}

function modulesFor(rule: ImportRule, specifier: string): readonly string[] {
  const name = isBuiltin(specifier) ? `node:${specifier.replace('node:', '')}` : packageOf(specifier);
  return rule.modules.filter((grant) => grant === name || (grant === 'node:*' && name.startsWith('node:')));
}

function isWithin(places: readonly string[], file: string): boolean {
  return places.some((place) => posix.matchesGlob(file, place) || file.startsWith(`${place}/`));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function allowedBy(rule: ImportRule): string {
  return ['itself', ...rule.may, ...rule.modules].join(', ');
}
