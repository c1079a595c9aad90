import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { UnavailableError } from '../../../src/ports/unavailable.ts';
import {
  type GoogleCodec,
  makeKey,
  type SealingKind,
  startGoogleCodec,
  type TestKey,
} from '../../support/test-keys.ts';

const armored = (lines: readonly string[]) =>
  `-----BEGIN PGP MESSAGE-----\n\n${lines.join('\n')}\n-----END PGP MESSAGE-----\n`;

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');

/** What a stranger without any key may send, of each kind. */
const GARBAGE = {
  pgp: {
    nothing: '',
    'no base64url': '+/+/',
    'four characters': 'AAAA',
    'random bytes': base64url(randomBytes(600)),
    'no packets': base64url(randomBytes(3000)),
    'an armor of garbage': base64url(armored(['AAAA'])),
    'a long armor with a wrong checksum': base64url(
      armored([...Array<string>(600).fill('A'.repeat(64)), '=AAAA']),
    ),
  },
  jwe: {
    nothing: '',
    'five letters': 'a.a.a.a.a',
    'no header': `${base64url('{}{')}.AAAA.AAAA.AAAA.AAAA`,
    'no parts': base64url(randomBytes(900)),
    'another key': forged({ kid: 'somebody' }),
    'no algorithm of ours': forged({ alg: 'RSA1_5', enc: 'A128CBC-HS256' }),
    'a signature alone': `${base64url('{"alg":"RS256"}')}.AAAA.AAAA`,
  },
} as const;

function forged(header: Readonly<Record<string, unknown>>): string {
  const parts = [randomBytes(256), randomBytes(12), randomBytes(100), randomBytes(16)].map(base64url);
  return [base64url(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', ...header })), ...parts].join('.');
}

for (const kind of ['pgp', 'jwe'] as const) {
  describe(`[OQ-60] ${kind}: what no key is needed for is found out before a thread is asked`, () => {
    let server: GoogleCodec;
    let forSomebodyElse: Uint8Array;
    let forUs: Uint8Array;

    before(async () => {
      const [ours, google, other] = (await Promise.all([kind, kind, kind].map((one) => makeKey(one)))) as [
        TestKey,
        TestKey,
        TestKey,
      ];
      forUs = await sealedBy(kind, google, ours);
      forSomebodyElse = await sealedBy(kind, google, other);
      server = await startGoogleCodec(kind, ours, google);
      assert.equal((await server.open(forUs)).kind, 'opened');
      // Whatever would ask a thread now fails.
      await server.close();
      await assert.rejects(server.open(forUs), UnavailableError);
    });
    after(() => server.close());

    for (const [what, body] of Object.entries(GARBAGE[kind])) {
      it(what, async () => {
        assert.deepEqual(await server.open(Buffer.from(body)), { kind: 'undecryptable' });
      });
    }

    it('a message to somebody else', async () => {
      assert.deepEqual(await server.open(forSomebodyElse), { kind: 'undecryptable' });
    });

    it('half a message', async () => {
      const half = forUs.subarray(0, forUs.length / 2);
      assert.deepEqual(await server.open(half), { kind: 'undecryptable' });
    });
  });
}

async function sealedBy(kind: SealingKind, sender: TestKey, recipient: TestKey): Promise<Uint8Array> {
  const codec = await startGoogleCodec(kind, sender, recipient);
  const sealed = await codec.seal(Buffer.from('{}'));
  await codec.close();
  return sealed;
}

describe('[OQ-60] jwe: lengths that the sender knows to be wrong', () => {
  for (const [what, lengths] of Object.entries({
    'an encrypted key of another length': [255, 12, 16],
    'an initialization vector of another length': [256, 16, 16],
    'a tag of another length': [256, 12, 12],
  })) {
    it(what, async () => {
      const ours = await makeKey('jwe');
      const google = await makeKey('jwe');
      const { keys } = JSON.parse(ours.public) as { keys: { kid: string; use: string }[] };
      const kid = keys.find(({ use }) => use === 'enc')?.kid;
      const server = await startGoogleCodec('jwe', ours, google);
      await server.close();
      const [key = 0, iv = 0, tag = 0] = lengths;
      const header = base64url(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid }));
      const body = (sizes: readonly number[]) =>
        Buffer.from([header, ...sizes.map((size) => base64url(randomBytes(size)))].join('.'));
      assert.deepEqual(await server.open(body([key, iv, 50, tag])), { kind: 'undecryptable' });
      await assert.rejects(server.open(body([256, 12, 50, 16])), UnavailableError, 'the others are right');
    });
  }
});
