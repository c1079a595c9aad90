import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { runCli } from '../support/cli-process.ts';
import { proofSize } from '../support/proof-size.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { importTestAccounts } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';
import { asRoot } from './backups-under-test.ts';

const NOBODY = 65_534;

/** What stops each command; the first of each are different ones. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'otp.sqlite': ['guard', 'serve', 'doctor', 'explain send-1', 'migrate'],
  'otp.sqlite-wal': ['explain send-1', 'serve', 'doctor'],
  'otp.sqlite-shm': ['doctor', 'serve'],
  'otp.sqlite-lock': ['serve', 'doctor'],
  'accounts.sqlite': ['accounts show w-1', 'serve', 'doctor', 'migrate'],
};
/** So many of them are started as another user, each in a process of its own. */
const STARTED = proofSize('PROOF_COMMANDS', { quick: 1, mass: 5 });

/** Databases that a server has left. */
async function dataOf(t: TestContext): Promise<string> {
  const data = temporaryDirectory(t);
  await importTestAccounts(data);
  await (await startApplication({ dataDirectory: data })).stop();
  return data;
}

/** Each command that needs the file says once why it can't be used. In this process, unless a user is named. */
async function assertTold(data: string, name: string, cause: string, user?: number): Promise<void> {
  const commands = COMMANDS[name] ?? [];
  for (const command of user === undefined ? commands : commands.slice(0, STARTED)) {
    const words = [...command.split(' '), '--set', `dataDirectory=${data}`];
    const { code, stdout, stderr } = await (user === undefined ? runHere(words) : runCli(words, { user }));
    const told = stdout + stderr;
    assert.notEqual(code, 0, `${command}: ${told}`);
    assert.equal(told.split(cause).length, 2, `${command}: ${told}`);
    assert.doesNotMatch(told, /unexpected|unable to open|EACCES|new-store|not there/, command);
  }
}

test('a database file of another user is named with the true cause by every command', asRoot, async (t) => {
  const data = await dataOf(t);
  chownSync(data, NOBODY, NOBODY);
  for (const name of readdirSync(data)) chownSync(join(data, name), NOBODY, NOBODY);
  for (const name of Object.keys(COMMANDS)) {
    const file = join(data, name);
    const made = !readdirSync(data).includes(name);
    if (made) writeFileSync(file, '');
    chownSync(file, 0, 0);
    chmodSync(file, 0o600);
    const cause = `the user of this process has no permission for ${file}, which belongs to user 0 and has mode 600:`;
    await assertTold(data, name, cause, NOBODY);
    if (made) rmSync(file);
    else chownSync(file, NOBODY, NOBODY);
  }
});

test('a database that may be read but not written is told by serve and doctor', asRoot, async (t) => {
  const data = await dataOf(t);
  chmodSync(data, 0o755);
  for (const name of readdirSync(data)) chmodSync(join(data, name), 0o644);
  for (const command of ['serve', 'doctor']) {
    const { code, stdout, stderr } = await runCli([command, '--set', `dataDirectory=${data}`], {
      user: NOBODY,
    });
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /no permission for \S+\/otp\.sqlite, which belongs to user 0 and has mode 644/,
    );
  }
  // To read it, SQLite makes the index of its log.
  const { stderr } = await runCli(['guard', '--set', `dataDirectory=${data}`], { user: NOBODY });
  assert.ok(
    stderr.includes(
      `otp.sqlite can't have its log beside it: the user of this process has no permission for ${data},`,
    ),
    stderr,
  );
  assert.doesNotMatch(stderr, /readonly/);
});

test('a pipe in the place of a database file is named by every command, and waited for by none', async (t) => {
  const data = await dataOf(t);
  for (const name of ['otp.sqlite', 'otp.sqlite-lock', 'accounts.sqlite']) {
    const file = join(data, name);
    renameSync(file, `${file}.aside`);
    execFileSync('mkfifo', [file]);
    await assertTold(data, name, `${file} is a pipe, not a regular file: move it away`);
    renameSync(`${file}.aside`, file);
  }
});
