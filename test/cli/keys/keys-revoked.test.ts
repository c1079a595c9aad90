import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeKey, sealingSettings, storeThatRevokes } from '../../support/test-keys.ts';

const BEFORE = /is revoked: a copy of it that was read here before says so/;

test('[OQ-79] each command that looks at keys asks the store which were revoked, and says so if it can not', async (t) => {
  const [ours, google] = await Promise.all([makeKey('pgp'), makeKey('pgp')]);
  const dataDirectory = temporaryDirectory(t);
  await storeThatRevokes(dataDirectory, google);
  const config = join(dataDirectory, 'gsp-otp.yaml');
  writeFileSync(
    config,
    JSON.stringify({ dataDirectory, payload: { pgp: sealingSettings([ours], [google]) } }),
    {
      mode: 0o600,
    },
  );
  for (const [code, ...command] of [
    [1, 'keys', 'list'],
    [1, 'keys', 'check'],
    [2, 'config', 'check'],
    [1, 'doctor'],
  ] as const) {
    const ended = await runHere([...command, '--config', config]);
    assert.match(ended.stdout + ended.stderr, BEFORE, command.join(' '));
    assert.equal(ended.code, code, command.join(' '));
  }
  writeFileSync(join(dataDirectory, 'otp.sqlite'), 'no database, and long enough to be looked at');
  for (const command of [['keys', 'list'], ['doctor']]) {
    const { stdout, stderr } = await runHere([...command, '--config', config]);
    assert.match(
      stdout + stderr,
      /revoked keys was not consulted: .*not a SQLite database/,
      command.join(' '),
    );
  }
});
