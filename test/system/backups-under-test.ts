import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runHere } from '../support/cli-here.ts';
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

/** Where data and backup of a test are, and the commands that work on them. */
function placeIn(parent: string) {
  const [dataDirectory, backup] = [join(parent, 'data'), join(parent, 'backup')];
  const run = (command: string, ...more: readonly string[]) =>
    runHere([command, backup, '--set', `dataDirectory=${dataDirectory}`, ...more]);
  return { dataDirectory, backup, run };
}

export async function folders(t: TestContext) {
  const place = placeIn(temporaryDirectory(t));
  mkdirSync(place.dataDirectory);
  await importTestAccounts(place.dataDirectory);
  return place;
}

/** Made once for all tests of a process, each of which has a copy. */
let original: Promise<string> | undefined;

async function makeOriginal(): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'gsp-otp-backed-up-'));
  process.once('exit', () => rmSync(parent, { recursive: true }));
  const { dataDirectory, run } = placeIn(parent);
  mkdirSync(dataDirectory);
  await importTestAccounts(dataDirectory);
  const server = await startApplication({ dataDirectory });
  await server.call('sendOtp', 'send-1', { accountPhoneNumber: activeNumber(1), ...token });
  await server.stop();
  const made = await run('backup', '--json');
  assert.equal(made.code, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).files.length, 2);
  return parent;
}

/** A folder with a stopped server's databases, and a backup of them. */
export async function backedUp(t: TestContext) {
  const place = placeIn(temporaryDirectory(t));
  original ??= makeOriginal();
  cpSync(await original, join(place.dataDirectory, '..'), { recursive: true });
  return place;
}

/** The same for who calls the operations, and what a restore has left of its own. */
export async function copied(t: TestContext) {
  const { dataDirectory, backup: folder } = await backedUp(t);
  const left = () => readdirSync(dataDirectory).filter((name) => /restor|replaced/.test(name));
  const store = join(dataDirectory, 'otp.sqlite');
  return { dataDirectory, settings: dataSettings(dataDirectory), folder, left, store };
}
