/**
 * Compiles what the package runs and declares into `dist/`, in the same tree as here. `npm pack` does it first.
 * `node tools/build.ts [folder]`; the folder is emptied first.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));

rmSync(out, { recursive: true, force: true });
compile();
copyData();
nameJavaScriptFiles();
writePackage();
console.log(`built ${out}`);

function compile(): void {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { status } = spawnSync(tsc, ['-p', join(root, 'tsconfig.build.json'), '--outDir', out], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

/** What stands beside the sources and is read at run time. */
function copyData(): void {
  const data = globSync('{src,conformance}/**/*.*', { cwd: root }).filter((name) => !name.endsWith('.ts'));
  for (const file of [...data, 'examples/accounts.csv']) cpSync(join(root, file), join(out, file));
}

/** The compiler renames what is imported, but neither what `new URL` names nor anything in declarations. */
function nameJavaScriptFiles(): void {
  for (const file of globSync('**/*.{js,d.ts}', { cwd: out })) {
    const path = join(out, file);
    const text = readFileSync(path, 'utf8');
    const renamed = text
      .replace(/(new URL\(\s*'\.[^']*)\.ts'/g, "$1.js'")
      .replace(/((?:from|import\(?) ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2');
    if (renamed !== text) writeFileSync(path, renamed);
  }
}

/** Says that the files are modules, and of which version. */
function writePackage(): void {
  const { name, version, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(out, 'package.json'), `${JSON.stringify({ name, version, type }, null, 2)}\n`);
}
