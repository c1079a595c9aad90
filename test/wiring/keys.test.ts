import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { generateJwks } from '../../src/codecs/jose/jwk-generate.ts';
import { generatePgpKey } from '../../src/codecs/openpgp/generate.ts';
import { ConfigError } from '../../src/config/faults.ts';
import { Secret } from '../../src/ports/secret.ts';
import { type KeySettings, readKeyRings } from '../../src/wiring/keys.ts';
import { makeKey, type TestKey } from '../support/test-keys.ts';

/** A minute ahead, since keys that the command line makes begin when it runs. */
const NOW_MS = Date.now() + 60_000;
const DAY_MS = 86_400_000;

function entries(keys: readonly string[], times: { notBefore?: string; retiresAt?: string } = {}) {
  return keys.map((key, index) => ({ key: new Secret(key, `{file: ${index}.key}`), ...times }));
}

function pgp(
  profile: 'sandbox' | 'production',
  ours: readonly string[],
  google: readonly string[],
): KeySettings {
  return {
    profile,
    payload: { graceMs: DAY_MS, pgp: { ours: entries(ours), google: entries(google), armor: false } },
  };
}

function jwe(
  profile: 'sandbox' | 'production',
  ours: readonly string[],
  google: readonly string[],
): KeySettings {
  return {
    profile,
    payload: {
      graceMs: DAY_MS,
      jwe: {
        seal: 'jwe+jws',
        ours: entries(ours),
        google: entries(google),
        keyManagement: ['RSA-OAEP-256'],
        contentEncryption: ['A256GCM'],
        signing: ['RS256'],
        olderEdition: false,
        base64url: false,
        issuedAt: false,
      },
    },
  };
}

async function refusal(settings: KeySettings): Promise<string> {
  try {
    await readKeyRings(settings, NOW_MS);
    return 'accepted';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('the keys that a configuration names', () => {
  let plain: TestKey;
  let jwks: TestKey;
  before(async () => {
    [plain, jwks] = await Promise.all([makeKey('pgp'), makeKey('jwe')]);
  });

  it('[ENV-1] a key made for the sandbox is refused in production, and the other way round', async () => {
    for (const [made, other] of [
      ['sandbox', 'production'],
      ['production', 'sandbox'],
    ] as const) {
      const order = { environment: made, nowMs: NOW_MS };
      const email = made === 'sandbox' ? 'otp@bank.example' : undefined;
      const key = await generatePgpKey({ ...order, name: 'Bank', email });
      assert.equal(await refusal(pgp(made, [key.privateKey.reveal()], [plain.public])), 'accepted');
      const message = new RegExp(`key \\S+ was made for the ${made} profile`);
      assert.match(await refusal(pgp(other, [key.privateKey.reveal()], [plain.public])), message);
      assert.match(await refusal(pgp(other, [plain.private], [key.publicKey])), message);

      const { privateSet, publicSet, keyIds } = await generateJwks({
        ...order,
        purposes: ['sign', 'decrypt'],
      });
      assert.ok(keyIds.every((keyId) => keyId.startsWith(`${made}-`)));
      assert.equal(await refusal(jwe(made, [privateSet.reveal()], [jwks.public])), 'accepted');
      assert.match(await refusal(jwe(other, [privateSet.reveal()], [jwks.public])), message);
      assert.match(await refusal(jwe(other, [jwks.private], [publicSet])), message);
    }
  });

  it('what can not be used is called by its setting and by where it is kept', async () => {
    assert.match(
      await refusal(pgp('sandbox', [plain.private, 'hello'], [plain.public])),
      /payload\.pgp\.ours\.1 \{file: 1\.key\} is not an OpenPGP key/,
    );
    assert.match(
      await refusal(jwe('sandbox', [jwks.private], ['hello'])),
      /payload\.jwe\.google\.0 \{file: 0\.key\} is neither a JWK nor/,
    );
  });

  it('[ENC-2] their times are kept to', async () => {
    const settings = pgp('sandbox', [], [plain.public]);
    const notBefore = new Date(NOW_MS + DAY_MS).toISOString();
    const ours = entries([plain.private], { notBefore });
    const later = {
      ...settings,
      payload: { graceMs: 0, pgp: { armor: false, google: entries([plain.public]), ours } },
    };
    assert.match(await refusal(later), /no key to decrypt with: \S+ is pending/);
    const { pgp: ring } = await readKeyRings(later, NOW_MS + DAY_MS);
    assert.equal(ring?.usable('sign', NOW_MS + DAY_MS).length, 1);
  });
});
