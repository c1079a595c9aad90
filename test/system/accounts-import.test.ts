import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { openAccountEditor } from '../../src/adapters/directory/sqlite/account-editor.ts';
import { runHere } from '../support/cli-here.ts';
import { startCli } from '../support/cli-process.ts';
import { proofSample } from '../support/proof-size.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { importTestAccounts } from '../support/test-accounts.ts';

const header = 'accountId,status,phoneNumber,language,associationIds\n';
const maria = 'w-1,active,+14035550101,pt-BR,as-1\n';

function workplace(t: TestContext) {
  const folder = temporaryDirectory(t);
  const data = join(folder, 'data');
  const args = (...words: readonly string[]) => ['accounts', ...words, '--set', `dataDirectory=${data}`];
  return {
    data,
    run: (...words: readonly string[]) => runHere(args(...words)),
    start: (...words: readonly string[]) => startCli(args(...words)),
    path: (name: string) => join(folder, name),
    file(name: string, text: string): string {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
  };
}

/** Closed accounts with an association id each, the first of them maria's. */
function closedAccounts(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    return `w-${index + 1},closed,+1403${String(index).padStart(8, '0')},en,as-${index + 1}\n`;
  });
  return lines.join('');
}

test('a sound file is applied, and the summary says what came of it', async (t) => {
  const { run, file } = workplace(t);
  const first = await run('import', file('a.csv', `${header}${maria}w-2,closed,,,\n`));
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /a\.csv: 2 rows applied\n {2}created +2 accounts\n/);
  const again = await run('import', file('a.ndjson', '{"accountId":"w-1","status":"closed"}\n'), '--json');
  assert.equal(again.code, 0, again.stderr);
  const { durationMs, rowsPerSecond, ...summary } = JSON.parse(again.stdout);
  assert.ok(durationMs > 0 && rowsPerSecond > 0);
  assert.deepEqual(summary, {
    outcome: 'applied',
    rows: 1,
    problems: 0,
    created: 0,
    changed: 1,
    closed: 1,
    associationsAdded: 0,
    unchanged: 0,
  });
});

test('[ERR-4] each problem is told by line and field, without the value; nothing is applied', async (t) => {
  const { run, file } = workplace(t);
  const path = file('bad.csv', `${header}${maria}w-2,activ,+1403555O199,,\nw-1,active,,,\n`);
  const { code, stdout, stderr } = await run('import', path);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  const lines = stderr.split('\n');
  assert.ok(lines[0]?.startsWith(`${path}:3: status must be one of active, `), stderr);
  assert.ok(lines[1]?.startsWith(`${path}:3: phoneNumber must be E.164, `), stderr);
  assert.deepEqual(lines.slice(2), [
    `${path}:4: accountId was given on line 2 already`,
    `${path}: 3 problems; nothing was applied.`,
    '',
  ]);
  assert.doesNotMatch(stderr, /activ,|1403555O199|w-1|as-1/);
  assert.equal((await run('show', 'w-1')).code, 1);
});

test('--dry-run applies nothing', async (t) => {
  const { run, file } = workplace(t);
  const { code, stdout } = await run('import', file('a.csv', header + maria), '--dry-run');
  assert.equal(code, 0);
  assert.match(stdout, /1 row would be applied; nothing was \(--dry-run\)/);
  assert.equal((await run('show', 'w-1')).code, 1);
});

test('a file of another kind is a usage error, a missing one a failure', async (t) => {
  const { run } = workplace(t);
  const wrong = await run('import', 'accounts.xlsx');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /\.csv or \.ndjson/);
  const missing = await run('import', 'missing.csv');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^gsp-otp: nothing was imported: missing\.csv does not exist$/m);
});

test('--reject-file takes the name of a file alone', async (t) => {
  const { run, file } = workplace(t);
  for (const name of ['', '-']) {
    const { code, stderr } = await run('import', file('a.csv', header + maria), '--reject-file', name);
    assert.deepEqual([code, /needs the name of a file/.test(stderr)], [2, true]);
  }
});

test('standard input is imported, its format told by --format; the case of a name does not matter', async (t) => {
  const { run, start, file } = workplace(t);
  const unnamed = await run('import', '-');
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.stderr, /standard input has no name.*\n.*--format csv/);
  const child = start('import', '-', '--format', 'ndjson');
  child.stdin.end(
    '\uFEFF{"accountId":"w-1","status":"active","phoneNumber":"+5215512345678"}\n{"accountId":""}\n',
  );
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(code, 2);
  assert.match(stderr, /^standard input:1: warning: phoneNumber may be of before a renumbering: .*Mexico/m);
  assert.match(stderr, /^standard input:2: accountId must be/m);
  const loud = await run(
    'import',
    file('ACCOUNTS.CSV', `${header}${maria}w-2,x,,,\n`),
    '--reject-file',
    `${file('x', '')}.csv`,
  );
  assert.equal(loud.code, 1, loud.stderr);
  assert.match(loud.stdout, /1 row applied[\s\S]*rejected +1 row, written with reasons to .*x\.csv/);
  assert.match(loud.stderr, /applying: 100 %, 2 rows/);
  assert.equal((await run('show', 'w-1')).code, 0);
});

test('who stops reading what is told stops no import', async (t) => {
  const { run, start, file } = workplace(t);
  const child = start('import', file('a.csv', header + maria));
  const ended = once(child, 'exit');
  child.stderr.destroy();
  child.stdout.destroy();
  assert.deepEqual(await ended, [0, null]);
  assert.equal((await run('show', 'w-1')).code, 0);
});

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGKILL', null],
] as const;
for (const [signal, code] of proofSample(signals, 1)) {
  test(`${signal} while the file is read leaves the old state and no file behind`, async (t) => {
    const { start, path, data } = workplace(t);
    await importMaria(data);
    const pipe = path('pipe.csv');
    execFileSync('mkfifo', [pipe]);
    const child = start('import', pipe);
    const ended = once(child, 'exit');
    const writer = createWriteStream(pipe);
    writer.on('error', () => {});
    // A pipe holds 64 KiB: when all of this has gone into it, most of it has been read.
    await new Promise((resolve) => writer.write(header + closedAccounts(20_000), resolve));
    child.kill(signal);
    // A launcher may hand on what its whole group was sent already: the same signal again is no other one.
    if (signal !== 'SIGKILL') child.kill(signal);
    writer.end(closedAccounts(1));
    assert.equal((await ended)[0], code);
    await assertUntouched(data);
  });

  test(`${signal} while nothing comes out of a pipe ends the wait`, async (t) => {
    const { start, path, data } = workplace(t);
    await importMaria(data);
    const pipe = path('pipe.csv');
    execFileSync('mkfifo', [pipe]);
    const child = start('import', pipe);
    const ended = once(child, 'exit');
    // Opens when the other side has opened too, or waits for it.
    const writer = await open(pipe, 'w');
    t.after(() => writer.close());
    child.kill(signal);
    assert.equal((await ended)[0], code);
    await assertUntouched(data);
  });

  test(`${signal} while the file is applied leaves the old state and no file behind`, async (t) => {
    const { start, file, data } = workplace(t);
    await importMaria(data);
    const child = start('import', file('long.csv', header + closedAccounts(40_000)));
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith('applying')) child.kill(signal);
    }
    assert.equal((await ended)[0], code);
    await assertUntouched(data);
  });
}

async function importMaria(data: string): Promise<void> {
  mkdirSync(data, { mode: 0o700 });
  await importTestAccounts(data, header + maria);
}

async function assertUntouched(data: string): Promise<void> {
  const accounts = openAccountEditor({ file: join(data, 'accounts.sqlite'), environment: 'sandbox' });
  assert.equal((await accounts.find('accountId', 'w-1'))[0]?.status, 'active');
  assert.deepEqual(await accounts.find('accountId', 'w-2'), []);
  await accounts.close();
  assert.deepEqual(
    readdirSync(data).filter((name) => !/^accounts\.(csv|sqlite(-wal|-shm)?)$/.test(name)),
    [],
  );
}
