import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';

const secretOf = (letter: string) => ({ value: letter.repeat(32) });
type CodeSecrets = readonly { readonly id: string; readonly secret: { readonly value: string } }[];
const codes = (...ids: readonly string[]): CodeSecrets => ids.map((id) => ({ id, secret: secretOf(id) }));
const token = { smsMatchingToken: 'AbCdEfGhIjK' };

/** A folder whose store was served with digest secret `d` and code secrets `a` and `b`, and has a live code. */
async function servedOnce(t: TestContext) {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  const start = (digest: string, secrets: CodeSecrets) =>
    startApplication({
      dataDirectory,
      settings: { 'digests.secret': secretOf(digest), 'codes.secrets': secrets, 'quotas.coolDownMs': 0 },
    });
  const server = await start('d', codes('a', 'b'));
  await server.call('sendOtp', 'send-1', { accountPhoneNumber: activeNumber(1), ...token });
  await server.stop();
  const rotate = (kind: string, digest: string, ids: string, ...more: readonly string[]) =>
    runHere(['secrets', `rotate-${kind}`, '--set', `dataDirectory=${dataDirectory}`, ...more], {
      env: {
        GSP_OTP_DIGESTS_SECRET: `{value: ${digest.repeat(32)}}`,
        GSP_OTP_CODES_SECRETS: JSON.stringify(codes(...ids)),
      },
    });
  return { dataDirectory, start, rotate };
}

test('[OQ-72] another digest secret is refused, until a command says that it is meant', async (t) => {
  const { start, rotate } = await servedOnce(t);
  await assert.rejects(
    start('e', codes('a', 'b')),
    /otp\.sqlite: digests\.secret is not the one that this store was made with\. Is another one mounted\?.* all servers of a store need the same\..*rotate-digests/,
  );
  const asked = await rotate('digests', 'e', 'ab');
  assert.equal(asked.code, 2, asked.stderr);
  assert.match(
    asked.stderr,
    /limits .* start from zero[\s\S]*412[\s\S]*1 unused codes would be invalidated[\s\S]*--yes/,
  );
  const beside = await start('d', codes('a', 'b'));
  for (const more of [[], ['--yes']]) {
    const { code, stderr } = await rotate('digests', 'e', 'ab', ...more);
    assert.equal(code, 1);
    assert.match(stderr, /another process serves from .*otp\.sqlite, or has it open: stop it first/);
  }
  await beside.stop();

  const done = await rotate('digests', 'e', 'ab', '--yes');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /1 codes were invalidated/);
  await assert.rejects(start('d', codes('a', 'b')), /digests\.secret is not the one/);
  const server = await start('e', codes('a', 'b'));
  assert.equal((await server.application.store.findChallenge('send-1'))?.state, 'superseded');
  await server.stop();
  assert.match((await rotate('digests', 'e', 'ab', '--yes')).stdout, /nothing was changed/);
});

for (const [what, secrets, words] of [
  [
    'another secret under the same id',
    [{ id: 'a', secret: secretOf('x') }, ...codes('b')],
    /another secret under the id a/,
  ],
  ['none of the secrets of before', codes('x'), /lacks a, with which codes were made that still live/],
  ['the secret of live codes left out', codes('b', 'c'), /lacks a, with which codes/],
] as const) {
  test(`[OQ-72] ${what} is refused`, async (t) => {
    const { start } = await servedOnce(t);
    await assert.rejects(start('d', secrets), words);
    await (await start('d', codes('a', 'b'))).stop();
  });
}

test('[OQ-72] a secret that is replaced in its time is refused nowhere', async (t) => {
  const { dataDirectory, start, rotate } = await servedOnce(t);
  await (await start('d', codes('c', 'a'))).stop();
  const database = new DatabaseSync(join(dataDirectory, 'otp.sqlite'));
  database.exec('UPDATE request SET expires_at_ms = 1, expires_at_wall_ms = 1, issued_at_ms = 0');
  database.close();
  await (await start('d', codes('c'))).stop();
  // And without a day on which both were there, by a command.
  await assert.rejects(start('d', codes('z')), /none of the secrets that this store was served with last/);
  assert.equal((await rotate('codes', 'd', 'z', '--yes')).code, 0);
  await (await start('d', codes('z'))).stop();
});

test('[OQ-72] a store of before takes the secrets that it is started with', async (t) => {
  const { dataDirectory, start } = await servedOnce(t);
  const database = new DatabaseSync(join(dataDirectory, 'otp.sqlite'));
  database.exec("DELETE FROM meta WHERE name = 'key-checks'");
  database.close();
  await (await start('d', codes('a', 'b'))).stop();
  await assert.rejects(start('e', codes('a', 'b')), /digests\.secret is not the one/);
});

test('[OQ-72] of a store of before, nobody is told that it goes with secrets that it was not served with', async (t) => {
  const { dataDirectory, rotate } = await servedOnce(t);
  const database = new DatabaseSync(join(dataDirectory, 'otp.sqlite'));
  database.exec("DELETE FROM meta WHERE name = 'key-checks'");
  database.close();
  const { code, stderr } = await rotate('digests', 'e', 'ab', '--yes');
  assert.equal(code, 1);
  assert.match(stderr, /start the server once with those of before/);
});

test('[OQ-72] a sandbox whose secrets were deleted is told so', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  await (await startApplication({ dataDirectory })).stop();
  rmSync(join(dataDirectory, 'sandbox-digest-secret'));
  writeFileSync(join(dataDirectory, 'sandbox-digest-secret'), 'x'.repeat(40), { mode: 0o600 });
  await assert.rejects(startApplication({ dataDirectory }), /digests\.secret is not the one/);
  const doctor = await runHere([
    'doctor',
    '--set',
    `dataDirectory=${dataDirectory}`,
    '--set',
    'operator.port=1',
  ]);
  assert.equal(doctor.code, 1);
  assert.match(
    doctor.stdout,
    /^FAILED {2}databases: digests\.secret is not the one that this store was made with$/m,
  );
});
