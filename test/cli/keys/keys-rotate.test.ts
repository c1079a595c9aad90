import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runHere } from '../../support/cli-here.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeKey } from '../../support/test-keys.ts';

/** Made once for all: nothing here changes them. */
const pgp = [makeKey('pgp'), makeKey('pgp')] as const;
const jwe = [makeKey('jwe'), makeKey('jwe')] as const;

/** Rotates keys of ours, the entries of which have further members, into a directory of their own. */
async function rotation(t: TestContext, kind: 'pgp' | 'jwe', members = '') {
  const directory = temporaryDirectory(t);
  const [ours, google] = await Promise.all(kind === 'pgp' ? pgp : jwe);
  const write = (name: string, text: string) => {
    const file = join(directory, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const files = { ours: write('ours', ours.private), google: write('google', google.public) };
  const [entry, peer] = [`{key: {file: ${files.ours}}${members}}`, `{key: {file: ${files.google}}}`];
  const config = write('gsp-otp.yaml', `payload: {${kind}: {ours: [${entry}], google: [${peer}]}}\n`);
  const made = join(directory, 'made');
  const rotate = (...more: readonly string[]) =>
    runHere(['keys', 'rotate', kind, '--config', config, '--directory', made, ...more]);
  return { rotate, made };
}

for (const kind of ['pgp', 'jwe'] as const) {
  test(`[ENC-5] a successor for ${kind} that would end before the old key is out of use is not made`, async (t) => {
    const { rotate, made } = await rotation(t, kind);
    const { code, stderr } = await rotate('--valid-days', '31', '--retire-after-days', '30');
    assert.equal(code, 2);
    assert.match(stderr, /the new key would expire before the old one is out of use/);
    assert.match(stderr, /Let --valid-days be more than 31, or --retire-after-days be less/);
    assert.ok(!existsSync(made), 'no key was made');
    const longer = await rotate('--valid-days', '32', '--retire-after-days', '30');
    assert.equal(longer.code, 0, longer.stderr);
  });
}

for (const [what, more] of [
  ['key', []],
  ['subkey', ['--subkey-only']],
] as const) {
  test(`no file is left of a successor that fails its proof, be it a ${what}`, async (t) => {
    const { rotate, made } = await rotation(t, 'pgp', ', retiresAt: 2024-01-01T00:00:00Z');
    const { code, stderr } = await rotate(...more);
    assert.equal(code, 1);
    assert.match(stderr, /^gsp-otp: the proof failed: .*\nNothing has changed, and no file is left\./s);
    assert.deepEqual(readdirSync(made), []);
  });
}

test('an OpenPGP key is rotated beside JWKs, the algorithms of which are not for it', async (t) => {
  const { rotate } = await rotation(t, 'pgp');
  const jwks = join(temporaryDirectory(t), 'jwks.json');
  writeFileSync(jwks, 'not looked at', { mode: 0o600 });
  const entry = `[{key: {file: ${jwks}}}]`;
  const { code, stderr } = await rotate('--set', `payload.jwe={ours: ${entry}, google: ${entry}}`);
  assert.equal(code, 0, stderr);
});
