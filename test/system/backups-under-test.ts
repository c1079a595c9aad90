import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { backUp } from '../../src/operations/backup.ts';
import { runCli } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { activeNumber, importTestAccounts } from '../support/test-accounts.ts';
import { startApplication } from '../support/test-application.ts';

/** A sandbox whose databases are in that folder. */
export function dataSettings(dataDirectory: string) {
  const kind = 'sqlite';
  return { profile: 'sandbox', dataDirectory, store: { kind }, directory: { kind } } as const;
}

export const token = { smsMatchingToken: 'AbCdEfGhIjK' };

export const asRoot = { skip: process.geteuid?.() !== 0 && 'only root can give files away' };

/** A data directory without a server, and a backup of it that this process made. */
export async function copied(t: TestContext) {
  const dataDirectory = temporaryDirectory(t);
  await importTestAccounts(dataDirectory);
  await (await startApplication({ dataDirectory })).stop();
  const settings = dataSettings(dataDirectory);
  const folder = join(temporaryDirectory(t), 'backup');
  await backUp(settings, folder, () => {});
  const left = () => readdirSync(dataDirectory).filter((name) => /restor|replaced/.test(name));
  return { dataDirectory, settings, folder, left, store: join(dataDirectory, 'otp.sqlite') };
}

export async function folders(t: TestContext) {
  const dataDirectory = join(temporaryDirectory(t), 'data');
  mkdirSync(dataDirectory);
  await importTestAccounts(dataDirectory);
  const backup = join(dataDirectory, '..', 'backup');
  const run = (command: string, ...more: readonly string[]) =>
    runCli([command, backup, '--set', `dataDirectory=${dataDirectory}`, ...more]);
  return { dataDirectory, backup, run };
}

/** A folder with a stopped server's databases, and a backup of them. */
export async function backedUp(t: TestContext) {
  const all = await folders(t);
  const { dataDirectory, run } = all;
  const server = await startApplication({ dataDirectory });
  await server.call('sendOtp', 'send-1', { accountPhoneNumber: activeNumber(1), ...token });
  await server.stop();
  const made = await run('backup', '--json');
  assert.equal(made.code, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).files.length, 2);
  return all;
}
