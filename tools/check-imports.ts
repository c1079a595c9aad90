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
  const rule = importRules.find(({ place }) => isWithinOne(place, file));
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
  if (specifier.startsWith('.')) {
    return isWithinOne([...rule.place, ...rule.may], posix.join(posix.dirname(file), specifier));
  }
  const name = isBuiltin(specifier) ? `node:${specifier.replace('node:', '')}` : packageOf(specifier);
  return rule.modules.includes(name) || (name.startsWith('node:') && rule.modules.includes('node:*'));
}

function isWithinOne(places: readonly string[], file: string): boolean {
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
