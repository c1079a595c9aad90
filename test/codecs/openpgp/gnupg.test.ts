import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { PgpCodec } from '../../../src/codecs/openpgp/codec.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { Gnupg } from '../../support/gnupg.ts';
import { bodyOf, keyBytes, NOW_MS, REQUEST, readRing } from './vectors.ts';

const clock: Clock = { nowMs: () => NOW_MS, steadyMs: () => NOW_MS, after: () => () => {} };
const ours = ['own-2048', 'own-3072', 'own-4096'];
const google = ['peer-2048', 'peer-3072', 'peer-4096'];
const codec = await PgpCodec.start({
  ring: await readRing(ours, google),
  clock,
  threads: 2,
  waitingMax: 100,
});
const gnupg = new Gnupg(NOW_MS);
for (const name of ours) gnupg.importKey(keyBytes(`${name}.public`));
for (const name of [...google, 'stranger', 'peer-expired']) gnupg.importKey(keyBytes(`${name}.secret`));

after(async () => {
  gnupg.close();
  await codec.close();
});

const flags = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);

function seal(to: readonly string[], by: readonly string[], ...options: string[]): Buffer {
  const recipients = flags('--recipient', to);
  return gnupg.run(['--sign', '--encrypt', ...recipients, ...flags('--local-user', by), ...options], REQUEST)
    .output;
}

async function assertOpened(message: Buffer, name: string): Promise<void> {
  const opened = await codec.open(bodyOf(message));
  assert.deepEqual(opened, { kind: 'opened', payload: new Uint8Array(REQUEST) }, name);
}

describe('requests made by GnuPG', () => {
  for (const bits of [2048, 3072, 4096]) {
    test(`[PGP-11, PGP-13] RSA-${bits} with every digest, compression and form`, async () => {
      for (const digest of ['SHA256', 'SHA384', 'SHA512']) {
        for (const method of ['none', 'zip', 'zlib']) {
          const armor = digest === 'SHA384' ? ['--armor'] : [];
          const options = ['--digest-algo', digest, '--compress-algo', method, ...armor];
          await assertOpened(seal([`own-${bits}`], [`peer-${bits}`], ...options), options.join(' '));
        }
      }
    });
  }

  test('[PGP-1, PGP-2, PGP-3] several recipients and several signers, ours and strange ones', async () => {
    for (const to of [ours, ['own-2048', 'stranger'], ['stranger', 'own-4096']]) {
      for (const by of [google, ['peer-2048', 'stranger'], ['stranger', 'peer-4096']]) {
        await assertOpened(seal(to, by), `${to} by ${by}`);
      }
    }
  });

  test('[PGP-12] the command of the sample: sign, encrypt, armor, one recipient', async () => {
    await assertOpened(seal(['own-2048'], ['peer-2048'], '--armor'), 'sample');
  });

  test('[PGP-4, PGP-5] without a signature, by strangers only, to strangers only', async () => {
    const unsigned = gnupg.run(['--encrypt', '--recipient', 'own-2048'], REQUEST).output;
    assert.deepEqual(await codec.open(bodyOf(unsigned)), { kind: 'wrongly-signed' });
    assert.deepEqual(await codec.open(bodyOf(seal(['own-2048'], ['stranger']))), { kind: 'wrongly-signed' });
    assert.deepEqual(await codec.open(bodyOf(seal(['stranger'], ['peer-2048']))), { kind: 'undecryptable' });
  });
});

test('[OQ-78] a request compressed with BZip2 is unreadable, whoever signed it', async () => {
  for (const by of ['peer-2048', 'stranger'])
    assert.deepEqual(await codec.open(bodyOf(seal(['own-2048'], [by], '--compress-algo', 'bzip2'))), {
      kind: 'unreadable',
    });
});

describe('our answers read by GnuPG', () => {
  for (const name of google) {
    test(`[PGP-8, PGP-9, PGP-10] ${name} decrypts them and finds all our signatures good`, async () => {
      const reader = new Gnupg(NOW_MS);
      try {
        for (const key of ours) reader.importKey(keyBytes(`${key}.public`));
        reader.importKey(keyBytes(`${name}.secret`));
        for (const armored of [false, true]) {
          const sealing = await PgpCodec.start({
            ring: codec.ring,
            clock,
            threads: 1,
            waitingMax: 1,
            armored,
          });
          const body = Buffer.from(await sealing.seal(REQUEST)).toString('latin1');
          await sealing.close();
          const { output, status } = reader.run(['--decrypt'], Buffer.from(body, 'base64url'));
          assert.deepEqual(output, REQUEST);
          assert.equal(status.filter((line) => line.startsWith('GOODSIG')).length, ours.length);
          assert.ok(status.includes('DECRYPTION_OKAY') && status.includes('GOODMDC'));
          // Cipher 9 is AES-256; a valid signature names its digest eighth, and 9 is SHA-384.
          assert.ok(
            status.some((line) => /^DECRYPTION_INFO 2 9/.test(line)),
            status.join('\n'),
          );
          const digests = status
            .filter((line) => line.startsWith('VALIDSIG'))
            .map((line) => line.split(' ')[8]);
          assert.deepEqual(digests, ['9', '9', '9']);
        }
      } finally {
        reader.close();
      }
    });
  }
});
