/** Applies `import-rules.ts` to all sources. Ends with 1 and one line a violation if there are any. */
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { type ImportRule, importRules } from './import-rules.ts';
import { importsOf } from './imports-of.ts';

const root = join(import.meta.dirname, '..');
const files = globSync('{src,conformance,console}/**/*.{ts,js}', { cwd: root }).sort();
const violations = files.flatMap(violationsOf);

for (const violation of violations) console.error(violation);
console.log(`import rule: ${files.length} files, ${violations.length} violations`);
if (violations.length > 0) process.exitCode = 1;

function violationsOf(file: string): readonly string[] {
  const found = importRules.map((rule) => ({ rule, place: placeOf(rule, file) })).find(({ place }) => place);
  if (!found?.place) return [`${file}: no rule applies to it; give its folder one in tools/import-rules.ts`];

  const { rule, place } = found;
  return importsOf(file, readFileSync(join(root, file), 'utf8'))
    .filter(({ specifier }) => specifier === undefined || !isAllowed(rule, place, file, specifier))
    .map(({ specifier, line }) => {
      const what = specifier ?? 'something computed, which nobody can check';
      return `${file}:${line} imports ${what}\n  ${place.join(', ')} may import ${allowedBy(rule)}; ${rule.instead}`;
    });
}

/** The place as far as this file is concerned, so with `*` filled in. `undefined`: the file is elsewhere. */
function placeOf(rule: ImportRule, file: string): readonly string[] | undefined {
  const place = rule.place.map((name) => {
    const parent = name.slice(0, -1);
    const [folder, ...rest] = file.slice(parent.length).split('/');
    return name.endsWith('/*') && file.startsWith(parent) && rest.length > 0 ? parent + folder : name;
  });
  return place.some((name) => isWithin(file, name)) ? place : undefined;
}

function isAllowed(rule: ImportRule, place: readonly string[], file: string, specifier: string): boolean {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    return [...place, ...rule.may].some((name) => isWithin(target, name));
  }
  const name = isBuiltin(specifier) ? `node:${specifier.replace('node:', '')}` : packageOf(specifier);
  return rule.modules.includes(name) || (name.startsWith('node:') && rule.modules.includes('node:*'));
}

function isWithin(file: string, place: string): boolean {
  return posix.matchesGlob(file, place) || file.startsWith(`${place}/`);
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
