/**
 * Runs test files, and tells in the end what took longest:
 *
 *   node tools/run-tests.ts [--importing MODULE] [--without-proofs] [--pure] PATTERN…
 *
 * `--importing`: of them only those that import that module, and those that are only in the proofs; `--without-proofs`: all
 * but the latter; `--pure`: only those that start no process or thread and open no connection. Installs beforehand the
 * programs that they use and that are missing, where that is possible without asking: as root, or by a sudo that wants no
 * password, with apt-get. Elsewhere it names them, and leaves the tests out that need them; with CI=true that is an error.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres/server.ts';
import { endLateProcesses } from './end-late-processes.ts';
import { importsOf } from './imports-of.ts';
import { installDebianPackages } from './install-debian-packages.ts';
import { Slowest } from './slowest.ts';
import { apart, atTheEnd, impure, onlyInProofs, processesOf } from './test-processes.ts';
import { type TestSoftware, testSoftware } from './test-software.ts';

/** What a process has after the time of its longest test. */
const TO_END_MS = 60_000;

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    importing: { type: 'string' },
    'without-proofs': { type: 'boolean', default: false },
    pure: { type: 'boolean', default: false },
    'timeout-ms': { type: 'string', default: '240000' },
  },
});
const { importing, pure, 'without-proofs': leavesOut } = values;
const timeoutMs = Number(values['timeout-ms']);
const imports = new Map<string, readonly string[]>();
const files = globSync(positionals, { cwd: root })
  .filter((file) => importing === undefined || onlyInProofs.includes(file) || isOrImports(file, [importing]))
  .filter((file) => !leavesOut || !onlyInProofs.includes(file))
  .filter((file) => !pure || !isOrImports(file, impure))
  .sort();
if (files.length === 0) throw new Error('no test file has such a name');

const before = testSoftware.filter(isMissing);
if (before.length > 0) installDebianPackages(before.map(({ debianPackage }) => debianPackage));
const missing = before.filter(isMissing);
const leftOut = files.filter((file) => missing.some(({ modules }) => isOrImports(file, modules)));
if (missing.length > 0) tellMissing();
if (missing.length > 0 && process.env['CI'] === 'true') process.exit(1);

const running = files.filter((file) => !leftOut.includes(file));
if (running.length > 0) {
  const folder = mkdtempSync(join(tmpdir(), 'gsp-otp-tests-'));
  // What the tests make once for all processes.
  process.env['TESTS_FOLDER'] = folder;
  process.env['NODE_COMPILE_CACHE'] = join(root, 'node_modules/.cache/compile');
  const isLong = (file: string) => isOrImports(file, ['test/support/proof-size.ts']);
  const together = running.filter((file) => !atTheEnd.includes(file));
  const processes = processesOf(together, {
    root,
    folder,
    isLong,
    standsApart: (file) => importsFrom(file).includes('node:child_process') || isOrImports(file, apart),
  });
  const usesPostgres = running.some((file) => isOrImports(file, ['test/support/postgres/schema.ts']));
  // The process ends with the run, and the server with it.
  if (usesPostgres) process.env['TEST_POSTGRES_URL'] ??= (await startPostgres()).url();
  const slowest = new Slowest();
  const absolute = running.map((file) => join(root, file));
  const stopEnding = endLateProcesses([...absolute, ...processes], { msMax: timeoutMs + TO_END_MS });
  const inTurn = async function* () {
    // Two more than can compute, since most wait at times.
    yield* resultsOf(processes, availableParallelism() + 2);
    const last = atTheEnd.filter((file) => running.includes(file)).map((file) => join(root, file));
    if (last.length > 0) yield* resultsOf(last, 1);
  };
  const results = Readable.from(inTurn());
  results.on('data', ({ type, data }) => {
    if (type === 'test:fail') process.exitCode = 1;
    if (type === 'test:summary' && data.file !== undefined) slowest.note(data.file, data.duration_ms);
  });
  const report = results.compose(spec);
  report.pipe(process.stdout);
  await finished(report);
  stopEnding();
  rmSync(folder, { recursive: true });
  console.log(slowest.toString());
}
if (missing.length > 0) tellMissing();

function resultsOf(files: readonly string[], concurrency: number) {
  return run({ files: [...files], cwd: root, concurrency, timeout: timeoutMs });
}

function isMissing({ probe: [program, ...args] }: TestSoftware): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status !== 0;
}

function tellMissing(): void {
  const packages = missing.map(({ debianPackage }) => debianPackage).join(' ');
  console.error(
    `Missing: ${packages}. ${leftOut.length} of ${files.length} test files need them and are left out.`,
  );
  console.error(`On Debian or Ubuntu: sudo apt-get install ${packages}`);
}

function isOrImports(file: string, modules: readonly string[], seen = new Set<string>()): boolean {
  if (modules.includes(file)) return true;
  // Nothing else imports tests.
  if (seen.has(file) || !file.startsWith('test/') || !existsSync(join(root, file))) return false;
  seen.add(file);
  return importsFrom(file).some((imported) => isOrImports(imported, modules, seen));
}

/** What a file imports: files of ours by their place in the repository, other modules by name. */
function importsFrom(file: string): readonly string[] {
  const known = imports.get(file);
  if (known !== undefined) return known;
  const found = importsOf(file, readFileSync(join(root, file), 'utf8')).flatMap(({ specifier = '' }) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier,
  );
  imports.set(file, found);
  return found;
}
