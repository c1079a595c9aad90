import { createSystemClock } from '../../src/adapters/system/system-clock.ts';
import { CURRENT_ALGORITHMS } from '../../src/codecs/jose/algorithms.ts';
import { JweCodec } from '../../src/codecs/jose/codec.ts';
import { generateJwks } from '../../src/codecs/jose/jwk-generate.ts';
import { readJwkKeyRing } from '../../src/codecs/jose/jwk-keys.ts';
import { PgpCodec } from '../../src/codecs/openpgp/codec.ts';
import { generatePgpKey } from '../../src/codecs/openpgp/generate.ts';
import { readPgpKeyRing } from '../../src/codecs/openpgp/keys.ts';
import { plainCodec } from '../../src/codecs/plain.ts';
import { payloadCodecContract } from '../contracts/payload-codec.ts';
import { NESTED } from './jose/jwe-vectors.ts';

const clock = createSystemClock();
const common = { clock, threads: 1, waitingMax: 8 };
const nowMs = clock.nowMs();

interface Pair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

function sourcesOf(ours: Pair, google: Pair) {
  return {
    ours: [{ name: 'own', bytes: ours.privateKey }],
    google: [{ name: 'peer', bytes: google.publicKey }],
    graceMs: 0,
    nowMs,
  };
}

payloadCodecContract('plain', false, async () => ({ ours: plainCodec, theirs: plainCodec }));

const pgpKeys = (async () => {
  const make = async (name: string): Promise<Pair> => {
    const { privateKey, publicKey } = await generatePgpKey({ name, nowMs });
    return { privateKey: Buffer.from(privateKey.reveal()), publicKey: Buffer.from(publicKey) };
  };
  return [await make('ours'), await make('theirs')] as const;
})();

payloadCodecContract('pgp', true, async () => {
  const [one, other] = await pgpKeys;
  const start = async (ours: Pair, google: Pair) =>
    PgpCodec.start({ ...common, ring: await readPgpKeyRing(sourcesOf(ours, google)) });
  return { ours: await start(one, other), theirs: await start(other, one) };
});

const jwks = (async () => {
  const make = async (): Promise<Pair> => {
    const { privateSet, publicSet } = await generateJwks({ purposes: ['sign', 'decrypt'], nowMs });
    return { privateKey: Buffer.from(privateSet.reveal()), publicKey: Buffer.from(publicSet) };
  };
  return [await make(), await make()] as const;
})();

payloadCodecContract('jwe+jws', true, async () => {
  const [one, other] = await jwks;
  const allowed = CURRENT_ALGORITHMS;
  const purposes = ['decrypt', 'sign', 'verify', 'encrypt'] as const;
  const start = async (ours: Pair, google: Pair) =>
    JweCodec.start({
      ...common,
      rules: NESTED,
      ring: await readJwkKeyRing({ ...sourcesOf(ours, google), allowed, purposes }),
    });
  return { ours: await start(one, other), theirs: await start(other, one) };
});
