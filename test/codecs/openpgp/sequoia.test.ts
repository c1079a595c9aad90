import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PgpCodec } from '../../../src/codecs/openpgp/codec.ts';
import { generatePgpKey } from '../../../src/codecs/openpgp/generate.ts';
import { readPgpKeyRing } from '../../../src/codecs/openpgp/keys.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { bodyOf, REQUEST } from './vectors.ts';

// Sequoia sees the true clock only, so these keys are made today.
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const clock: Clock = { nowMs: () => Date.now(), steadyMs: () => Date.now(), after: () => () => {} };
const folder = mkdtempSync(join(tmpdir(), 'sqop-'));
const path = (name: string) => join(folder, name);

async function makeKey(name: string) {
  const { privateKey, publicKey } = await generatePgpKey({ name, nowMs: nowMs - 10_000 });
  writeFileSync(path(`${name}.key`), privateKey.reveal());
  writeFileSync(path(`${name}.cert`), publicKey);
  return {
    ours: { name, bytes: Buffer.from(privateKey.reveal()) },
    google: { name, bytes: Buffer.from(publicKey) },
  };
}

const [ours, theirs] = await Promise.all([makeKey('ours'), makeKey('theirs'), makeKey('stranger')]);
const ring = await readPgpKeyRing({ ours: [ours.ours], google: [theirs.google], graceMs: 0, nowMs });
const codec = await PgpCodec.start({ ring, clock, threads: 1, waitingMax: 10 });

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await codec.close();
});

function sqop(options: readonly string[], input: Uint8Array): Buffer {
  const { status, stdout, stderr, error } = spawnSync('sqop', options, { input });
  if (error || status !== 0) throw new Error(`sqop ${options.join(' ')} failed: ${error ?? stderr}`);
  return stdout;
}

describe('Sequoia', () => {
  test('[PGP-3, PGP-12] its requests are opened, armored and binary, to several and by several', async () => {
    const both = [`--sign-with=${path('theirs.key')}`, `--sign-with=${path('stranger.key')}`];
    for (const signers of [both.slice(0, 1), both, both.toReversed()]) {
      for (const recipients of [['ours'], ['stranger', 'ours']]) {
        for (const form of [[], ['--no-armor']]) {
          const certs = recipients.map((name) => path(`${name}.cert`));
          const message = sqop(['encrypt', ...form, ...signers, '--', ...certs], REQUEST);
          assert.deepEqual(await codec.open(bodyOf(message)), {
            kind: 'opened',
            payload: new Uint8Array(REQUEST),
          });
        }
      }
    }
  });

  test('[PGP-4, PGP-5] what it does not sign, or not to us, is refused', async () => {
    const unsigned = sqop(['encrypt', path('ours.cert')], REQUEST);
    assert.deepEqual(await codec.open(bodyOf(unsigned)), { kind: 'wrongly-signed' });
    const byStranger = sqop(
      ['encrypt', `--sign-with=${path('stranger.key')}`, '--', path('ours.cert')],
      REQUEST,
    );
    assert.deepEqual(await codec.open(bodyOf(byStranger)), { kind: 'wrongly-signed' });
    const toStranger = sqop(
      ['encrypt', `--sign-with=${path('theirs.key')}`, '--', path('stranger.cert')],
      REQUEST,
    );
    assert.deepEqual(await codec.open(bodyOf(toStranger)), { kind: 'undecryptable' });
  });

  test('[PGP-8, PGP-9] our answers are decrypted and verified by it', async () => {
    const message = Buffer.from(Buffer.from(await codec.seal(REQUEST)).toString('latin1'), 'base64url');
    const verifications = path('verifications');
    const options = [`--verify-with=${path('ours.cert')}`, `--verifications-out=${verifications}`];
    assert.deepEqual(sqop(['decrypt', ...options, '--', path('theirs.key')], message), REQUEST);
    const { fingerprint } = ring.usable('sign', Date.now())[0] ?? {};
    assert.match(readFileSync(verifications, 'latin1').toLowerCase(), new RegExp(` ${fingerprint} `));
    assert.throws(() => sqop(['decrypt', path('stranger.key')], message), /failed/);
  });
});
