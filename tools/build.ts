/**
 * Makes the published package: JavaScript and declarations, in the same tree as here, with a package.json of its own.
 * `node tools/build.ts [folder]`; the folder is `dist` unless named, and is emptied first.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));

rmSync(out, { recursive: true, force: true });
compile();
copyTheRest();
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

/** What isn't TypeScript: the launcher, the console's page, examples, and data that stands beside the sources. */
function copyTheRest(): void {
  const beside = globSync('{bin,src,conformance,console,examples}/**/*.*', { cwd: root });
  for (const file of [
    ...beside.filter((name) => !name.endsWith('.ts')),
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
  ]) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(out, file));
  }
}

/** The compiler renames what is imported, but neither what `new URL` names nor anything in declarations. */
function nameJavaScriptFiles(): void {
  for (const file of globSync('**/*.{js,d.ts}', { cwd: out })) {
    const path = join(out, file);
    const text = readFileSync(path, 'utf8');
    const renamed = text
      .replace(/(new URL\(\s*'\.[^']*)\.ts'/g, "$1.js'")
      .replace(/((?:from|import\() ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2');
    if (renamed !== text) writeFileSync(path, renamed);
  }
}

/** Without the Node that clones bring along: whoever installs the package has one. */
function writePackage(): void {
  const { name, version, description, license, type, engines, bin, dependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const exports = {
    '.': { types: './src/index.d.ts', default: './src/index.js' },
    './conformance': { types: './conformance/public.d.ts', default: './conformance/public.js' },
  };
  const published = { name, version, description, license, type, engines, bin, exports, dependencies };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}
