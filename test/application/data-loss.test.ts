import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';
import { until } from '../support/until.ts';

const token = { smsMatchingToken: 'AbCdEfGhIjK' };

/** A server with one answered request in a folder of its own, and its log. */
async function served(t: TestContext) {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  const lines: Record<string, unknown>[] = [];
  const logDestination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const server = await startApplication({
    dataDirectory,
    settings: { 'log.level': 'warn' },
    overrides: { logDestination },
  });
  t.after(() => server.stop());
  const send = (id: string, n: number) =>
    server.call('sendOtp', id, { accountPhoneNumber: activeNumber(n), ...token });
  const ready = async () => (await fetch(`${server.operatorUrl}/health/ready`)).status;
  assert.equal((await send('before', 1)).status, 200);
  assert.equal(await ready(), 200);
  return { dataDirectory, lines, server, send, ready };
}

for (const name of ['otp.sqlite', 'otp.sqlite-wal', 'accounts.sqlite']) {
  test(`[IDEM-2] ${name} is moved away: not ready, every call 503, one line that says so; and back again`, async (t) => {
    const { dataDirectory, lines, send, ready } = await served(t);
    renameSync(join(dataDirectory, name), join(dataDirectory, 'moved'));
    assert.equal(await ready(), 503);
    assert.equal((await send('while-away', 2)).status, 503);
    assert.equal((await send('before', 1)).status, name === 'accounts.sqlite' ? 200 : 503);
    const told = () => lines.filter(({ msg }) => String(msg).startsWith('data is'));
    // The server looks by itself every two seconds.
    await until(() => told().length > 0);
    const [line] = told();
    assert.match(String(line?.['reason']), new RegExp(`${name} was deleted or moved away while it was open`));
    renameSync(join(dataDirectory, 'moved'), join(dataDirectory, name));
    assert.equal(await ready(), 200);
    assert.equal((await send('while-away', 2)).status, 200);
  });
}

test('accounts that are imported beside the server are in their place all the time', async (t) => {
  const { dataDirectory, send, ready } = await served(t);
  await importTestAccounts(dataDirectory);
  assert.equal(await ready(), 200);
  assert.equal((await send('after', 2)).status, 200);
});

const serve = (dataDirectory: string, ...more: readonly string[]) =>
  runHere(['migrate', '--set', `dataDirectory=${dataDirectory}`, ...more]);

for (const [what, lose] of Object.entries({
  deleted: (file: string) => rmSync(file),
  emptied: (file: string) => truncateSync(file),
})) {
  test(`[IDEM-2] a store that was ${what} is not taken for a first start`, async (t) => {
    const { dataDirectory, server } = await served(t);
    await server.stop();
    const file = join(dataDirectory, 'otp.sqlite');
    lose(file);
    await assert.rejects(
      startApplication({ dataDirectory }),
      /otp\.sqlite is (missing|empty), but a store was made there before: is its volume mounted/,
    );
    const refused = await serve(dataDirectory);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /gsp-otp serve --new-store/);
    const again = await startApplication({ dataDirectory, overrides: { newStore: true } });
    await again.stop();
    await (await startApplication({ dataDirectory })).stop();
  });

  test(`[SO-11] an account directory that was ${what} is not taken for one without accounts`, async (t) => {
    const { dataDirectory, server } = await served(t);
    await server.stop();
    lose(join(dataDirectory, 'accounts.sqlite'));
    await assert.rejects(
      startApplication({ dataDirectory }),
      /accounts\.sqlite is (missing|empty), but it was there/,
    );
    await importTestAccounts(dataDirectory);
    await (await startApplication({ dataDirectory })).stop();
  });
}

test('a log without its database is not deleted by a start', async (t) => {
  const { dataDirectory, server } = await served(t);
  await server.stop();
  const file = join(dataDirectory, 'otp.sqlite');
  renameSync(file, `${file}-wal`);
  const overrides = { newStore: true };
  await assert.rejects(
    startApplication({ dataDirectory, overrides }),
    /but its log .*otp\.sqlite-wal is there/,
  );
  assert.ok(existsSync(`${file}-wal`));
});

test('production asks before it makes a store', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const production = ['--set', 'profile=production'];
  const refused = await serve(dataDirectory, ...production);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /otp\.sqlite is missing, but production starts with the store that it has/);
  assert.equal(existsSync(join(dataDirectory, 'otp.sqlite')), false);
  assert.equal((await serve(dataDirectory, '--new-store', ...production)).code, 0);
  assert.equal((await serve(dataDirectory, ...production)).code, 0);
});
