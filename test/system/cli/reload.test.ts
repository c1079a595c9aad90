import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { callSealed } from '../../support/sealed-google.ts';
import { serveSample } from '../../support/served.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeKey, startGoogleCodec } from '../../support/test-keys.ts';

test('[ENC-2] SIGHUP puts other keys in force; keys that can not be used leave those before in force', async (t) => {
  const directory = temporaryDirectory(t);
  const [first, second, google] = await Promise.all([makeKey('pgp'), makeKey('pgp'), makeKey('pgp')]);
  const ourFile = join(directory, 'ours.asc');
  const googleFile = join(directory, 'google.asc');
  writeFileSync(ourFile, first.private, { mode: 0o600 });
  writeFileSync(googleFile, google.public);
  const keys = `payload.pgp={ours: [{key: {file: ${ourFile}}}], google: [{key: {file: ${googleFile}}}]}`;
  const served = await serveSample(t, keys);

  const codecs = {
    first: await startGoogleCodec('pgp', google, first),
    second: await startGoogleCodec('pgp', google, second),
  };
  t.after(() => Promise.all(Object.values(codecs).map((codec) => codec.close())));
  let number = 0;
  const statusWith = async (key: keyof typeof codecs) => {
    number += 1;
    const methodsUrl = served.url.replace(/\/v1$/, '');
    const fields = { clientMessage: 'hello' };
    return (await callSealed(methodsUrl, codecs[key], 'echo', `echo-${number}`, fields)).status;
  };
  assert.deepEqual([await statusWith('first'), await statusWith('second')], [200, 400]);

  writeFileSync(ourFile, 'no key at all');
  served.child.kill('SIGHUP');
  await served.line(
    /^SIGHUP: keys and certificates stay as they were: payload\.pgp\.ours\.0: .*ours\.asc.* is not an/,
  );
  assert.deepEqual([await statusWith('first'), await statusWith('second')], [200, 400]);

  // Whoever opened it would wait for somebody who writes to it, and nothing else would be served meanwhile.
  rmSync(ourFile);
  execFileSync('mkfifo', [ourFile]);
  served.child.kill('SIGHUP');
  await served.line(/^SIGHUP: .* stay as they were: .*ours\.asc is a pipe/);
  assert.deepEqual([await statusWith('first'), await statusWith('second')], [200, 400]);

  rmSync(ourFile);
  writeFileSync(ourFile, second.private, { mode: 0o600 });
  served.child.kill('SIGHUP');
  await served.line(/^SIGHUP: keys and certificates are read again$/);
  assert.deepEqual([await statusWith('first'), await statusWith('second')], [400, 200]);
});
