import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../support/cli-here.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { makeKey } from '../support/test-keys.ts';

test('the example for production is sound once its files are there, and names each that is not', async (t) => {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'production.yaml');
  const example = readFileSync(new URL('../../examples/production.yaml', import.meta.url), 'utf8');
  writeFileSync(
    file,
    example
      .replaceAll('/etc/gsp-otp', folder)
      .replaceAll('/var/lib/gsp-otp', join(folder, 'data'))
      .replace('AC<32 hexadecimal digits>', `AC${'0'.repeat(32)}`)
      .replace('<Your Bank>', 'Example Bank')
      .replace('<YourBank>', 'ExampleBank')
      .replace('<+12025550100>', "'+12025550234'")
      .replace('<yours>', 'yours'),
  );
  const named = [...example.matchAll(/file: \/etc\/gsp-otp\/(\S+)/g)].map(([, path = '']) => path);
  const before = await runHere(['config', 'check', '--config', file]);
  assert.equal(before.code, 2);
  for (const path of named) assert.ok(before.stderr.includes(path), `${path}:\n${before.stderr}`);

  const asItIs = join(folder, 'as-it-is.yaml');
  writeFileSync(asItIs, example);
  const untouched = await runHere(['config', 'check', '--config', asItIs]);
  const placeholders = new Set(example.match(/<[^<>\n]+>/g)?.slice(1));
  for (const text of placeholders)
    assert.ok(untouched.stderr.includes(text), `${text}:\n${untouched.stderr}`);

  const [ours, google] = await Promise.all([makeKey('pgp'), makeKey('pgp')]);
  const { certificate, key } = makeCertificate();
  const contents: Readonly<Record<string, string>> = {
    'tls/fullchain.pem': certificate,
    'tls/key.pem': key,
    'keys/ours.asc': ours.private,
    'keys/google.asc': google.public,
  };
  for (const path of named) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), contents[path] ?? `${path}: 32 characters and a few more`, {
      mode: 0o600,
    });
  }
  const { code, stdout, stderr } = await runHere(['config', 'check', '--config', file]);
  assert.deepEqual([code, stderr], [0, ''], stdout);
});
