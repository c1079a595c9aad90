import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

interface Made {
  readonly privateFiles: readonly { readonly file: string; readonly use: string }[];
  readonly publicFile: string;
  readonly fingerprints: readonly string[];
}

async function generate(directory: string, kind: string, ...more: readonly string[]): Promise<Made> {
  const args = ['keys', 'generate', kind, '--for', 'sandbox', '--directory', directory, '--json', ...more];
  const { code, stdout, stderr } = await runHere(args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** A directory with keys of ours and of Google's, and a configuration that names them. */
async function exchange(t: TestContext, kind: 'pgp' | 'jwe') {
  const directory = temporaryDirectory(t);
  const [ours, google] = await Promise.all([
    generate(join(directory, 'keys'), kind),
    generate(join(directory, 'google'), kind),
  ]);
  const imported = await runHere([
    ...['keys', 'import', google.publicFile, '--directory', join(directory, 'keys')],
    ...google.fingerprints.flatMap((one) => ['--fingerprint', one.replace('sandbox-', '')]),
  ]);
  assert.equal(imported.code, 0, imported.stderr);
  const stored = /kept in +(\S+)/.exec(imported.stdout)?.[1] ?? '';
  assert.match(imported.stdout, new RegExp(`google:\n +- \\{key: \\{file: ${stored}\\}\\}\n`));
  const entries = ours.privateFiles.map(({ file }) => `{key: {file: ${file}}}`).join(', ');
  const config = join(directory, 'gsp-otp.yaml');
  writeFileSync(config, `payload: {${kind}: {ours: [${entries}], google: [{key: {file: ${stored}}}]}}\n`);
  return { directory, ours, google, stored, config };
}

for (const kind of ['pgp', 'jwe'] as const) {
  test(`keys for ${kind}: made, exported, imported, listed, checked and rotated`, async (t) => {
    const { directory, ours, stored, config } = await exchange(t, kind);
    for (const { file } of ours.privateFiles) assert.equal(statSync(file).mode & 0o777, 0o600);
    const exported = await runHere(['keys', 'export', ...ours.privateFiles.map(({ file }) => file)]);
    assert.equal(exported.stdout, readFileSync(ours.publicFile, 'utf8'));
    assert.doesNotMatch(exported.stdout, /PRIVATE|"d"/);

    const listed = JSON.parse((await runHere(['keys', 'list', '--config', config, '--json'])).stdout);
    assert.deepEqual(
      listed
        .map(
          (row: Record<string, unknown>) =>
            `${row['holder']} ${row['purpose']} ${row['state']} ${row['daysLeft']}`,
        )
        .sort(),
      [
        'google encrypt active 365',
        'google verify active 365',
        'ours decrypt active 365',
        'ours sign active 365',
      ],
    );
    const check = await runHere(['keys', 'check', '--config', config]);
    assert.deepEqual([check.code, check.stdout], [0, 'The keys can be used.\n'], check.stderr);
    const production = await runHere(['keys', 'check', '--config', config, '--set', 'profile=production']);
    assert.equal(production.code, 1);
    assert.match(production.stderr, /was made for the sandbox profile; no key serves both/);

    const rotated = await runHere([
      'keys',
      'rotate',
      kind,
      '--config',
      config,
      '--directory',
      join(directory, 'keys'),
    ]);
    assert.equal(rotated.code, 0, rotated.stderr);
    const [lines = ''] = /^ {3}payload:\n(?: {3} .*\n)+/m.exec(rotated.stdout) ?? [];
    const google = `    google: [{key: {file: ${stored}}}]\n`;
    const next = join(directory, 'next.yaml');
    writeFileSync(next, lines.replaceAll(/^ {3}/gm, '') + google);
    const after = JSON.parse((await runHere(['keys', 'list', '--config', next, '--json'])).stdout);
    assert.deepEqual(
      after
        .filter((row: Record<string, unknown>) => row['holder'] === 'ours')
        .map((row: Record<string, unknown>) => `${row['purpose']} ${row['state']} ${row['daysLeft']}`)
        .sort(),
      kind === 'pgp'
        ? ['decrypt active 30', 'decrypt active 365', 'sign active 30', 'sign active 365']
        : ['decrypt active 30', 'decrypt active 365', 'sign active 30', 'sign pending 365'],
    );
    assert.equal((await runHere(['keys', 'check', '--config', next])).code, 0);
  });
}

test('[PGP-7] the encryption subkey is rotated by itself, and the fingerprint stays', async (t) => {
  const { directory, ours, stored, config } = await exchange(t, 'pgp');
  const rotated = await runHere([
    ...['keys', 'rotate', 'pgp', '--config', config, '--subkey-only', '--valid-days', '200'],
    ...['--directory', join(directory, 'new-keys')],
  ]);
  assert.equal(rotated.code, 0, rotated.stderr);
  const fingerprint = ours.fingerprints[0]?.toUpperCase() ?? '';
  assert.ok(rotated.stdout.replaceAll(' ', '').includes(`fingerprint${fingerprint}`), rotated.stdout);
  const file = /file: (\S+?)\}/.exec(rotated.stdout)?.[1] ?? '';
  writeFileSync(
    config,
    `payload: {pgp: {ours: [{key: {file: ${file}}}], google: [{key: {file: ${stored}}}]}}\n`,
  );
  const listed = JSON.parse((await runHere(['keys', 'list', '--config', config, '--json'])).stdout);
  assert.deepEqual(
    listed
      .filter((row: Record<string, unknown>) => row['holder'] === 'ours')
      .map((row: Record<string, unknown>) => `${row['purpose']} ${row['state']} ${row['daysLeft']}`)
      .sort(),
    ['decrypt active 200', 'decrypt active 365', 'sign active 365'],
  );
});

test('a key is protected by a passphrase, and checked with it', async (t) => {
  const directory = temporaryDirectory(t);
  const passphraseFile = join(directory, 'passphrase');
  writeFileSync(passphraseFile, 'correct horse battery staple\n', { mode: 0o600 });
  const [ours, google] = await Promise.all([
    generate(directory, 'pgp', '--passphrase-file', passphraseFile),
    generate(directory, 'pgp'),
  ]);
  const file = ours.privateFiles[0]?.file ?? '';
  const settings = (passphrase: string) => [
    '--set',
    `payload.pgp={ours: [{key: {file: ${file}}${passphrase}}], google: [{key: {file: ${google.publicFile}}}]}`,
  ];
  const without = await runHere(['keys', 'check', ...settings('')]);
  assert.equal(without.code, 1);
  assert.match(
    without.stderr,
    /payload\.pgp\.ours\.0 \{file: .*\} is protected by a passphrase, and none is given/,
  );
  const other = ['keys', 'check', ...settings(', passphrase: {env: OTHER}')];
  const wrong = await runHere(other, { env: { OTHER: 'other' } });
  assert.match(wrong.stderr, /protected by another passphrase/);
  const args = ['keys', 'check', ...settings(`, passphrase: {file: ${passphraseFile}}`)];
  assert.equal((await runHere(args)).code, 0);
});

test('[ENC-5] what must not be is refused, and nothing is written', async (t) => {
  const directory = temporaryDirectory(t);
  const made = ['keys', 'generate', 'pgp', '--for', 'sandbox', '--directory', join(directory, 'keys')];
  const short = join(directory, 'short');
  writeFileSync(short, 'short');
  const stranger = await generate(directory, 'pgp');
  const google = stranger.publicFile;
  for (const [args, code, message] of [
    [[...made, '--rsa-bits', '1024'], 2, /whole number from 2048 to 4096/],
    [[...made, '--passphrase-file', short], 2, /too short/],
    [[...made, '--signing', 'ES256'], 2, /--signing is for JWKs/],
    [made.with(2, 'jwe').concat('--passphrase-file', short), 2, /a JWK has no passphrase/],
    [['keys', 'list'], 2, /names no keys/],
    [
      ['keys', 'import', google, '--fingerprint', 'AAAA', '--directory', join(directory, 'keys')],
      1,
      /has the fingerprint/,
    ],
    [['keys', 'import', short, '--directory', join(directory, 'keys')], 1, /is not an OpenPGP key/],
    [['keys', 'import', stranger.privateFiles[0]?.file ?? ''], 1, /private key, where the public key/],
    [['keys', 'export', short], 1, /holds no private key/],
    [['keys', 'export', stranger.privateFiles[0]?.file ?? '', '--output', short], 1, /EEXIST/],
  ] as const) {
    const ended = await runHere(args, { cwd: directory });
    assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
    assert.match(ended.stderr, message);
  }
  assert.deepEqual(
    readdirSync(directory).filter((name) => !/^(ours-|short$)/.test(name)),
    [],
  );
});

test('the help of a new key says what is required, and how long a passphrase is at least', async () => {
  const { stdout } = await runHere(['keys', 'generate', '--help']);
  const plain = stdout.replaceAll(/\s+/g, ' ');
  assert.match(plain, /--for <profile> required: /);
  assert.match(plain, /--passphrase-file <file> .*at least 16 characters/);
});
