import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { backUp } from '../../src/operations/backup.ts';
import { startCli } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { importTestAccounts } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';
import { dataSettings } from './backups-under-test.ts';

const onLinux = {
  skip: !existsSync('/proc/self/cmdline') && 'only Linux shows what a process was started with',
};

/** One of each kind: whoever waits for the orderly stop, and whoever doesn't. */
const signalled = {
  'Ctrl-C': { signals: ['SIGINT'], codes: [130] },
  // Which of the two ends it depends on whether the orderly stop has ended when the second one comes.
  'a second signal': { signals: ['SIGINT', 'SIGTERM'], codes: [130, 143] },
} as const;

/** Of a store whose thorough check takes long. */
const large = (async () => {
  const parent = mkdtempSync(join(tmpdir(), 'gsp-otp-large-'));
  process.once('exit', () => rmSync(parent, { recursive: true }));
  const [dataDirectory, folder] = [join(parent, 'data'), join(parent, 'backup')];
  mkdirSync(dataDirectory);
  await importTestAccounts(dataDirectory);
  await (await startApplication({ dataDirectory })).stop();
  const database = new DatabaseSync(join(dataDirectory, 'otp.sqlite'));
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
    INSERT INTO misstep (subject, kind, at_ms, times) SELECT CAST(i % 977 || 'x' || i AS BLOB), 'wrong', i, 1 FROM n`);
  database.close();
  await backUp(dataSettings(dataDirectory), folder, () => {});
  return parent;
})();

/** A copy of that store, and of a backup of it where `backedUp`. */
async function largeStore(t: TestContext, backedUp: boolean) {
  const parent = temporaryDirectory(t);
  const [dataDirectory, folder] = [join(parent, 'data'), join(parent, 'backup')];
  cpSync(await large, parent, { recursive: true });
  if (!backedUp) rmSync(folder, { recursive: true });
  return { dataDirectory, folder };
}

/** Process ids of the checks of databases in that folder. */
function checksIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    const words = commandOf(pid);
    return (
      words.some((word) => /check-process\.[jt]s$/.test(word)) &&
      words.some((word) => word.startsWith(folder))
    );
  });
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended.
    return [];
  }
}

async function whenChecked(t: TestContext, child: ChildProcess, folder: string): Promise<void> {
  const found = () => assert.ok(child.exitCode !== null || checksIn(folder).length > 0, 'no check began');
  await t.waitFor(found, { interval: 5, timeout: 120_000 });
}

for (const [what, { signals, codes }] of Object.entries(signalled)) {
  const sendTo = (child: ChildProcess) => {
    for (const signal of signals) child.kill(signal);
  };
  const oneOf = (code: unknown) =>
    assert.ok(
      codes.some((one) => one === code),
      `ended with ${code}`,
    );

  test(`${what} while a backup is checked ends the check, and nothing is left`, onLinux, async (t) => {
    const { dataDirectory, folder } = await largeStore(t, false);
    const child = startCli(['backup', folder, '--set', `dataDirectory=${dataDirectory}`]);
    const ended = once(child, 'exit');
    await whenChecked(t, child, folder);
    sendTo(child);
    oneOf((await ended)[0]);
    assert.equal(existsSync(folder), false);
    await t.waitFor(() => assert.deepEqual(checksIn(folder), []), { timeout: 60_000 });
  });

  test(`${what} while a restore is checked ends the check, and nothing is changed`, onLinux, async (t) => {
    const { dataDirectory, folder } = await largeStore(t, true);
    const before = readdirSync(dataDirectory).sort();
    const child = startCli(['restore', folder, '--yes', '--set', `dataDirectory=${dataDirectory}`]);
    const ended = once(child, 'exit');
    await whenChecked(t, child, dataDirectory);
    sendTo(child);
    oneOf((await ended)[0]);
    assert.deepEqual(readdirSync(dataDirectory).sort(), before);
    await t.waitFor(() => assert.deepEqual(checksIn(dataDirectory), []), { timeout: 60_000 });
  });

  test(`${what} while accounts are read leaves no file of rejected rows`, async (t) => {
    const folder = temporaryDirectory(t);
    const [pipe, rejects] = [join(folder, 'pipe.csv'), join(folder, 'rejects.csv')];
    execFileSync('mkfifo', [pipe]);
    const set = ['--set', `dataDirectory=${join(folder, 'data')}`];
    const child = startCli(['accounts', 'import', pipe, '--reject-file', rejects, ...set]);
    const ended = once(child, 'exit');
    const writer = createWriteStream(pipe);
    writer.on('error', () => {});
    t.after(() => writer.destroy());
    writer.write('accountId,status\n');
    await t.waitFor(() => assert.ok(existsSync(rejects)), { timeout: 60_000 });
    sendTo(child);
    oneOf((await ended)[0]);
    assert.equal(existsSync(rejects), false);
    assert.deepEqual(
      readdirSync(join(folder, 'data')).filter((name) => /import|rejects/.test(name)),
      [],
    );
  });
}
