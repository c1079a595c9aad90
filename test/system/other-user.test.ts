import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { runCli } from '../support/cli-process.ts';
import { proofSize } from '../support/proof-size.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { asRoot } from './backups-under-test.ts';

const NOBODY = 65_534;
/** So many commands are tried in each case; a process each. */
const COMMANDS = proofSize('PROOF_COMMANDS', { quick: 1, mass: 9 });

/** A folder that everybody may enter. */
function openFolder(t: TestContext): string {
  const folder = temporaryDirectory(t);
  chmodSync(folder, 0o755);
  return folder;
}

test('a data directory that this user may not see is not taken for a missing one', asRoot, async (t) => {
  const closed = join(openFolder(t), 'closed');
  const data = join(closed, 'data');
  mkdirSync(data, { recursive: true });
  chmodSync(closed, 0o700);
  const backup = join(closed, 'backup');
  const commands = [
    ['serve'],
    ['restore', backup, '--yes'],
    ['doctor'],
    ['config', 'check'],
    ['accounts', 'show', 'w-1'],
    ['migrate'],
    ['explain', 'send-1'],
    ['guard'],
    ['backup', backup],
  ];
  for (const words of commands.slice(0, COMMANDS)) {
    const { code, stdout, stderr } = await runCli([...words, '--set', `dataDirectory=${data}`], {
      user: NOBODY,
    });
    assert.notEqual(code, 0, words[0]);
    const told = stdout + stderr;
    assert.ok(told.includes(`the folder ${closed} can't be entered by the user of this process`), told);
    assert.doesNotMatch(told, /not there yet|there is no|unexpected/, words[0]);
  }
});

test(
  'keys of another user, of a group and in a closed folder: usable, or the true cause',
  asRoot,
  async (t) => {
    const folder = openFolder(t);
    const keys = join(folder, 'keys');
    const made = await runHere([
      'keys',
      'generate',
      'pgp',
      '--for',
      'sandbox',
      '--directory',
      keys,
      '--json',
    ]);
    assert.equal(made.code, 0, made.stderr);
    const { privateFiles, publicFile } = JSON.parse(made.stdout);
    const key: string = privateFiles[0].file;
    const data = join(folder, 'data');
    mkdirSync(data);
    chownSync(data, NOBODY, NOBODY);
    const config = join(folder, 'gsp-otp.yaml');
    const pgp = { ours: [{ key: { file: key } }], google: [{ key: { file: publicFile } }] };
    writeFileSync(config, JSON.stringify({ profile: 'sandbox', dataDirectory: data, payload: { pgp } }));
    const refused = ['serve', 'keys list', 'keys check', 'doctor', 'config check'].slice(0, COMMANDS);
    const run = (command: string) => runCli([...command.split(' '), '--config', config], { user: NOBODY });

    const cases = [
      { owner: 0, group: 0, mode: 0o600, folderMode: 0o755, words: `no permission for ${key}` },
      {
        owner: NOBODY,
        group: 0,
        mode: 0o600,
        folderMode: 0o700,
        words: `the folder ${keys} can't be entered`,
      },
      { owner: 0, group: NOBODY, mode: 0o640, folderMode: 0o755, words: undefined },
    ];
    for (const { owner, group, mode, folderMode, words } of cases) {
      chownSync(key, owner, group);
      chmodSync(key, mode);
      chmodSync(keys, folderMode);
      for (const command of words === undefined ? ['config check', 'keys list'] : refused) {
        const { code, stdout, stderr } = await run(command);
        const told = stdout + stderr;
        if (words === undefined) assert.equal(code, 0, told);
        else assert.ok(code !== 0 && told.includes(words), `${command}: ${told}`);
      }
    }
  },
);
