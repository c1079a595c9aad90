import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { NOW_MS, REQUEST, readRing } from '../codecs/openpgp/vectors.ts';
import { built } from '../support/built.ts';
import { proofSize } from '../support/proof-size.ts';
import { exampleTests } from './package-examples.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-'));
const clone = join(folder, 'clone');
const user = join(folder, 'user');
const installed = join(user, 'node_modules/gsp-otp');
const command = join(user, 'node_modules/.bin/gsp-otp');

/** Whether npm builds it and installs it, or only packs it. */
const byNpm = proofSize('PROOF_INSTALLED_BY_NPM', { quick: 0, mass: 1 }) === 1;

/** As somebody else's shell would be: without what the npm around this test has set, but for where the compiled lies. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_(?!COMPILE_CACHE))/.test(name)),
);

function run(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 100_000,
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

before(async () => {
  const made = new Set(['node_modules', 'dist', '.git'].map((name) => join(root, name)));
  cpSync(root, clone, { recursive: true, filter: (path) => !made.has(path) });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  // In `npm run proofs` npm builds it as well.
  if (!byNpm) cpSync(await built(), join(clone, 'dist'), { recursive: true });
  const scripts = byNpm ? [] : ['--ignore-scripts'];
  run(clone, 'npm', 'pack', '--silent', ...scripts, '--pack-destination', folder);
  const [tarball = ''] = globSync('*.tgz', { cwd: folder });
  mkdirSync(user);
  writeUserProject(`file:../${tarball}`);
  // With the Node of 120 MB that it brings along.
  if (!byNpm) unpack(join(folder, tarball));
  else run(user, 'npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund');
});

/** As npm would lay it out, beside the packages that are here already. */
function unpack(tarball: string): void {
  mkdirSync(installed, { recursive: true });
  run(user, 'tar', '-xzf', tarball, '-C', installed, '--strip-components=1');
  for (const name of readdirSync(join(root, 'node_modules')).filter((one) => !one.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(user, 'node_modules', name));
  mkdirSync(dirname(command));
  symlinkSync('../gsp-otp/bin/gsp-otp.js', command);
}

/**
 * A project that depends on the package and has every other package in the version of our lock file, so that the
 * installation needs nothing that npm did not fetch for this project: a registry may be slow.
 */
function writeUserProject(tarball: string): void {
  const lock: { packages: Record<string, { dev?: boolean }> } = readJson(join(root, 'package-lock.json'));
  const ours = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const dependencies = { 'gsp-otp': tarball };
  const packages = {
    '': { dependencies },
    'node_modules/gsp-otp': { ...readJson(join(root, 'package.json')), resolved: tarball },
    ...Object.fromEntries(ours),
  };
  const project = { type: 'module', private: true, dependencies };
  writeFileSync(join(user, 'package.json'), JSON.stringify(project));
  writeFileSync(join(user, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

after(() => rmSync(folder, { recursive: true, force: true }));

test('the installed command line starts', () => {
  assert.match(run(user, command, '--help'), /Usage: gsp-otp/);
});

test('it knows its version', () => {
  const { version } = readJson(join(root, 'package.json'));
  assert.equal(run(user, command, '--version'), `${version}\n`);
});

test('the installed doctor looks at everything', () => {
  const settings = ['dataDirectory=examined', 'http.port=0', 'operator.port=0'];
  const looked = run(user, command, 'doctor', ...settings.flatMap((setting) => ['--set', setting]));
  assert.match(looked, /^ok +phone numbers: numbering plans of libphonenumber-js \d+\.\d+\.\d+;/m);
});

test('the installed server answers in the sandbox, and stops in order', { timeout: 60_000 }, async (t) => {
  const settings = ['dataDirectory=served', 'http.port=0', 'operator.port=0', 'log.level=silent'];
  const args = ['serve', ...settings.flatMap((setting) => ['--set', setting])];
  const child = spawn(command, args, { cwd: user, env, stdio: ['ignore', 'inherit', 'pipe'] });
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));

  let url: string | undefined;
  for await (const line of createInterface(child.stderr)) {
    url = /methods +(http:\S+)\/sendOtp/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  const echoed = run(user, command, 'call', 'echo', '--url', url ?? 'none');
  assert.match(echoed, /"clientMessage"/);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

exampleTests({ user, installed, command, env, run });

test('threads start from the published files', async () => {
  const published = pathToFileURL(join(installed, 'dist/src/codecs/openpgp/codec.js')).href;
  const { PgpCodec }: typeof import('../../src/codecs/openpgp/codec.ts') = await import(published);
  const clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };
  const ring = await readRing(['own-2048'], ['peer-2048']);
  const codec = await PgpCodec.start({ ring, clock, threads: 1, waitingMax: 1 });
  assert.ok((await codec.seal(REQUEST)).length > REQUEST.length);
  await codec.close();
});

test('JavaScript, declarations and data are published, nothing else, and all of it names JavaScript files', () => {
  const files = globSync('**/*', { cwd: installed });
  assert.deepEqual(
    files.filter((name) => /^(?!examples\/).*(?<!\.d)\.ts$|^(test|tools|node_modules)\//.test(name)),
    [],
  );
  const sources = files.filter((name) => /^dist\/.*\.(js|d\.ts)$/.test(name));
  assert.ok(sources.length > 50, `${sources.length} files`);
  const stale = sources.filter((name) =>
    /['"]\.[^'"\n]*\.ts['"]/.test(readFileSync(join(installed, name), 'utf8')),
  );
  assert.deepEqual(stale, []);
});

test('every file that a published module names beside itself is published too', () => {
  const named = globSync('dist/**/*.js', { cwd: installed }).flatMap((module) => {
    const text = readFileSync(join(installed, module), 'utf8');
    return [...text.matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g)].map(([, path = '']) =>
      join(installed, dirname(module), path),
    );
  });
  assert.ok(named.length >= 3, `${named.length} files`);
  assert.deepEqual(
    named.filter((path) => !existsSync(path)),
    [],
  );
});

test('what is published names its Node, and brings it along where npm can', () => {
  const published = readJson(join(installed, 'package.json'));
  const ours = readJson(join(root, 'package.json'));
  assert.deepEqual(published.engines, ours.engines);
  assert.deepEqual(published.dependencies, ours.dependencies);
  assert.deepEqual(published.optionalDependencies, ours.optionalDependencies);
  assert.equal(published.license, 'Apache-2.0');
  for (const name of ['LICENSE', 'NOTICE', 'README.md', 'CHANGELOG.md'])
    assert.ok(existsSync(join(installed, name)), name);
});

test('every page that a published page links to is published too', () => {
  const broken = globSync('**/*.md', { cwd: installed }).flatMap((page) =>
    [...readFileSync(join(installed, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, link = '']) => join(installed, dirname(page), link))
      .filter((target) => !existsSync(target)),
  );
  assert.deepEqual(broken, []);
});

test('a copy of the sources that was never built says so', () => {
  const copy = join(folder, 'unbuilt/node_modules/gsp-otp');
  cpSync(clone, copy, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'bin/gsp-otp.js')], {
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.match(stderr, /installed from its sources.*\n.*npm pack/);
});
