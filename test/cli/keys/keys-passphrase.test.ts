import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readPrivateKey } from 'openpgp';
import { runHere } from '../../support/cli-here.ts';
import { inProofs } from '../../support/proof-size.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** Runs the command line in a directory that holds files with passphrases. */
function place(t: TestContext) {
  const directory = temporaryDirectory(t);
  for (const name of ['passphrase', 'another']) {
    writeFileSync(join(directory, name), `correct horse battery staple, ${name}\n`, { mode: 0o600 });
  }
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runHere(args, { cwd: directory });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  return { directory, run };
}

/** The printed lines of a list of keys, as the text of a configuration. */
function printedLines(stdout: string): string {
  const [lines = ''] = /^( *)payload:\n(?:\1 .*\n)+/m.exec(stdout) ?? [];
  const [indent = ''] = /^ */.exec(lines) ?? [];
  return lines.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

test('printed lines hold wherever the configuration lies, though the passphrase was named from here', async (t) => {
  const { directory, run } = place(t);
  const made = ['keys', 'generate', 'pgp', '--for', 'sandbox'];
  const lines = printedLines(await run(...made, '--passphrase-file', 'passphrase'));
  assert.match(lines, new RegExp(`passphrase: \\{file: ${join(directory, 'passphrase')}\\}`));
  const { publicFile } = JSON.parse(await run(...made, '--directory', 'google', '--json')) as Made;
  mkdirSync(join(directory, 'etc'));
  const google = `    google: [{key: {file: ${publicFile}}}]\n`;
  writeFileSync(join(directory, 'etc/gsp-otp.yaml'), lines + google);
  await run('keys', 'check', '--config', 'etc/gsp-otp.yaml');

  const rotate = ['keys', 'rotate', 'pgp', '--config', 'etc/gsp-otp.yaml'];
  const next = printedLines(await run(...rotate, '--passphrase-file', 'another'));
  assert.match(next, new RegExp(`passphrase: \\{file: ${join(directory, 'another')}\\}`));
  writeFileSync(join(directory, 'etc/gsp-otp.yaml'), next + google);
  await run('keys', 'check', '--config', 'etc/gsp-otp.yaml');
});

/** A configuration that names a protected key of ours, and whatever else it should have in its list. */
async function protectedKey(t: TestContext, ...others: readonly string[]) {
  const { directory, run } = place(t);
  const made = ['keys', 'generate', 'pgp', '--for', 'sandbox', '--json'];
  const ours = JSON.parse(await run(...made, '--passphrase-file', 'passphrase')) as Made;
  const google = JSON.parse(await run(...made, '--directory', 'google')) as Made;
  const [{ file = '' } = {}] = ours.privateFiles;
  const entries = [`{key: {file: ${file}}, passphrase: {file: passphrase}}`, ...others].join(', ');
  const end = `google: [{key: {file: ${google.publicFile}}}]`;
  writeFileSync(join(directory, 'gsp-otp.yaml'), `payload: {pgp: {ours: [${entries}], ${end}}}\n`);
  const args = (...more: readonly string[]) => ['keys', 'rotate', 'pgp', '--config', 'gsp-otp.yaml', ...more];
  const refused = async (...more: readonly string[]) => {
    const { code, stderr } = await runHere(args(...more), { cwd: directory });
    assert.equal(code, 2, stderr);
    return stderr;
  };
  /** The printed lines, which must pass `keys check`, and the successor's private file. */
  const rotate = async (...more: readonly string[]) => {
    const stdout = await run(...args(...more));
    const lines = printedLines(stdout);
    writeFileSync(join(directory, 'next.yaml'), `${lines}    ${end}\n`);
    await run('keys', 'check', '--config', 'next.yaml');
    const successor = lines.trimEnd().split('\n').at(-1) ?? '';
    return { stdout, successor };
  };
  return { directory, rotate, refused };
}

interface Made {
  readonly publicFile: string;
  readonly privateFiles: readonly { readonly file: string }[];
}

test(
  'the successor of a protected key has its passphrase, unless another or none is asked for',
  inProofs,
  async (t) => {
    const { directory, rotate, refused } = await protectedKey(t);
    const reference = (name: string) => `{file: ${join(directory, name)}}`;
    const inherited = await rotate();
    assert.ok(inherited.successor.includes(`passphrase: ${reference('passphrase')}`), inherited.stdout);
    assert.ok(inherited.stdout.includes(`  passphrase   ${reference('passphrase')}\n`), inherited.stdout);
    await assertProtected(inherited.successor);

    const replaced = await rotate('--passphrase-file', 'another');
    assert.ok(replaced.successor.includes(`passphrase: ${reference('another')}`), replaced.stdout);
    await assertProtected(replaced.successor);

    const unprotected = await rotate('--no-passphrase');
    assert.doesNotMatch(unprotected.successor, /passphrase/);
    assert.match(unprotected.stdout, /^ {2}passphrase +none: /m);
    await assert.rejects(assertProtected(unprotected.successor));

    assert.match(await refused('--no-passphrase', '--passphrase-file', 'another'), /cannot be used with/);
    assert.match(await refused('--subkey-only', '--passphrase-file', 'another'), /cannot be used with/);
    assert.match(await refused('--subkey-only', '--no-passphrase'), /cannot be used with/);
  },
);

async function assertProtected(entry: string): Promise<void> {
  const [, file = ''] = /key: \{file: (\S+?)\}/.exec(entry) ?? [];
  const key = await readPrivateKey({ armoredKey: readFileSync(file, 'utf8') });
  assert.equal(key.isDecrypted(), false);
}

test('of several passphrases none is chosen for the successor', async (t) => {
  const { refused } = await protectedKey(t, '{key: {value: another}, passphrase: {file: another}}');
  assert.match(
    await refused(),
    /the current keys have different passphrases\nSay which one the new key gets/,
  );
});
