import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli, temporaryDirectory } from './cli-process.ts';

/** Runs the command line in a directory that holds files with passphrases. */
function place(t: TestContext) {
  const directory = temporaryDirectory(t);
  for (const name of ['passphrase', 'another']) {
    writeFileSync(join(directory, name), `correct horse battery staple, ${name}\n`, { mode: 0o600 });
  }
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: directory });
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

interface Made {
  readonly publicFile: string;
}
