import { CURRENT_ALGORITHMS } from '../../src/codecs/jose-algorithms.ts';
import { JweCodec } from '../../src/codecs/jwe.ts';
import { generateJwks } from '../../src/codecs/jwk-generate.ts';
import { readJwkKeyRing } from '../../src/codecs/jwk-keys.ts';
import { PgpCodec } from '../../src/codecs/pgp.ts';
import { generatePgpKey } from '../../src/codecs/pgp-generate.ts';
import { readPgpKeyRing } from '../../src/codecs/pgp-keys.ts';
import type { PayloadCodec } from '../../src/ports/payload-codec.ts';

export type SealingKind = 'pgp' | 'jwe';

/** A key pair, each half as it is written into a file. */
export interface TestKey {
  readonly private: string;
  readonly public: string;
}

const clock = {
  nowMs: () => Date.now(),
  steadyMs: () => Date.now(),
  after: () => () => undefined,
};

/** Keys as the command line makes them, for whoever: an OpenPGP key, or a JWK set to sign and to decrypt with. */
export async function makeKey(kind: SealingKind, validityDays = 365): Promise<TestKey> {
  const order = { nowMs: Date.now(), validityDays };
  if (kind === 'pgp') {
    const { privateKey, publicKey } = await generatePgpKey({ ...order, name: 'Test' });
    return { private: privateKey.reveal(), public: publicKey };
  }
  const { privateSet, publicSet } = await generateJwks({ ...order, purposes: ['sign', 'decrypt'] });
  return { private: privateSet.reveal(), public: publicSet };
}

/** The settings of one kind of body. */
export function sealingSettings(ours: readonly TestKey[], google: readonly TestKey[]) {
  return {
    ours: ours.map((key) => ({ key: { value: key.private } })),
    google: google.map((key) => ({ key: { value: key.public } })),
  };
}

/** Google's side: seals to `integrator`, signs with `google`, and opens what comes back. */
export async function startGoogleCodec(
  kind: SealingKind,
  google: TestKey,
  integrator: TestKey,
): Promise<PayloadCodec> {
  const own = [{ name: 'google', bytes: Buffer.from(google.private) }];
  const peer = [{ name: 'integrator', bytes: Buffer.from(integrator.public) }];
  const nowMs = Date.now();
  const options = { clock, threads: 1, waitingMax: 1000 };
  if (kind === 'pgp') {
    return PgpCodec.start({ ...options, ring: await readPgpKeyRing({ own, peer, graceMs: 0, nowMs }) });
  }
  const allowed = CURRENT_ALGORITHMS;
  const purposes = ['decrypt', 'sign', 'verify', 'encrypt'] as const;
  const ring = await readJwkKeyRing({ own, peer, allowed, purposes, graceMs: 0, nowMs });
  const rules = {
    profile: 'jwe+jws',
    contentEncryption: allowed.contentEncryption,
    compressed: false,
    issuedAt: false,
  } as const;
  return JweCodec.start({ ...options, ring, rules });
}
