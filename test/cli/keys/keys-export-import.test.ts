import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readKey } from 'openpgp';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A public key of somebody in Google's place, its fingerprints, and a way to import it into a directory of ours. */
async function googleKey(t: TestContext, kind: 'pgp' | 'jwe') {
  const directory = temporaryDirectory(t);
  const place = ['--for', 'sandbox', '--directory', join(directory, 'google')];
  const made = await runHere(['keys', 'generate', kind, ...place, '--json']);
  assert.equal(made.code, 0, made.stderr);
  const { publicFile, fingerprints } = JSON.parse(made.stdout) as Made;
  const keys = join(directory, 'keys');
  const importIt = (...more: readonly string[]) =>
    runHere(['keys', 'import', publicFile, '--directory', keys, ...more]);
  return { publicFile, fingerprints: fingerprints.map((one) => one.replace('sandbox-', '')), keys, importIt };
}

interface Made {
  readonly publicFile: string;
  readonly fingerprints: readonly string[];
}

test('[ENC-3] a JWK set is taken if the fingerprint of each of its keys was told, and of no other', async (t) => {
  const { fingerprints, keys, importIt } = await googleKey(t, 'jwe');
  const [one = '', other = ''] = fingerprints;
  const told = (...some: readonly string[]) => importIt(...some.flatMap((each) => ['--fingerprint', each]));
  const half = await told(one);
  assert.equal(half.code, 1);
  assert.match(
    half.stderr,
    new RegExp(`; not told of: ${other}\nAsk Google for the fingerprint of each key`),
  );
  const strange = await told(one, other, 'AAAA');
  assert.equal(strange.code, 1);
  assert.match(strange.stderr, /; missing in it: AAAA\nIt is not the key you were told of/);
  const swapped = await told(one.toLowerCase(), other);
  assert.equal(swapped.code, 1, 'thumbprints know upper and lower case');
  assert.ok(!existsSync(keys), 'nothing is kept');
  assert.equal((await told(other, one)).code, 0);
});

test('[ENC-3] the fingerprint of an OpenPGP key may be written in every usual way', async (t) => {
  const { fingerprints, importIt } = await googleKey(t, 'pgp');
  const [plain = ''] = fingerprints;
  const grouped = plain.toUpperCase().replaceAll(/.{4}(?=.)/g, '$& ');
  const { code, stderr } = await importIt('--fingerprint', grouped, '--fingerprint', `0x${plain}`);
  assert.equal(code, 0, stderr);
});

for (const kind of ['pgp', 'jwe'] as const) {
  test(`a key for ${kind} that is kept already is not kept twice, and its file is named again`, async (t) => {
    const { keys, importIt } = await googleKey(t, kind);
    assert.equal((await importIt()).code, 0);
    const [kept = ''] = readdirSync(keys);
    const again = await importIt();
    assert.deepEqual([again.code, again.stderr], [0, '']);
    assert.match(again.stdout, new RegExp(`kept in +${join(keys, kept)}, since it was imported before\n`));
    assert.match(again.stdout, new RegExp(`- \\{key: \\{file: ${join(keys, kept)}\\}\\}\n`));
    assert.equal(JSON.parse((await importIt('--json')).stdout).wasKept, true);
    assert.deepEqual(readdirSync(keys), [kept]);
  });
}

test('an imported key overwrites nothing: what is in its place, whatever it is, is no hindrance', async (t) => {
  const { keys, importIt } = await googleKey(t, 'pgp');
  assert.equal((await importIt()).code, 0);
  const [kept = ''] = readdirSync(keys);
  writeFileSync(join(keys, kept), 'something else');
  mkdirSync(join(keys, kept.replace(/\d{4}-\d{2}-\d{2}/, '$&-2')));
  const again = await importIt('--json');
  assert.equal(again.code, 0, again.stderr);
  assert.match(JSON.parse(again.stdout).file, /\d{4}-\d{2}-\d{2}-3-\w{8}\.asc$/);
  assert.equal(readFileSync(join(keys, kept), 'utf8'), 'something else');
  const missing = await runHere(['keys', 'import', join(keys, 'none.asc'), '--directory', keys]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /^gsp-otp: a file can't be read: .*none\.asc does not exist\n.*\n$/);
});

test('a binary OpenPGP key is kept armored when it is imported, and refused where the configuration names it', async (t) => {
  const { publicFile, keys } = await googleKey(t, 'pgp');
  const binary = join(temporaryDirectory(t), 'google.pgp');
  const key = await readKey({ armoredKey: readFileSync(publicFile, 'utf8') });
  writeFileSync(binary, key.write());
  const imported = await runHere(['keys', 'import', binary, '--directory', keys, '--json']);
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(
    readFileSync(JSON.parse(imported.stdout).file, 'utf8'),
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----/,
  );
  const named = `payload.pgp={ours: [{key: {value: x}}], google: [{key: {file: ${binary}}}]}`;
  const checked = await runHere(['keys', 'check', '--set', named]);
  assert.equal(checked.code, 2);
  assert.match(
    checked.stderr,
    /payload\.pgp\.google\.0\.key: .*google\.pgp is binary; accepted: text.* armored/,
  );
});
