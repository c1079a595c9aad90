import { createPublicKey } from 'node:crypto';
import {
  CompactEncrypt,
  type CompactJWEHeaderParameters,
  CompactSign,
  compactDecrypt,
  compactVerify,
} from 'jose';
import { joseKeys, type TestKey } from '../jose-keys.ts';
import { Refusal } from './call.ts';
import type { Seal } from './server.ts';

const own = [joseKeys.integratorEncryption, joseKeys.integratorEncryption2];
const google = [joseKeys.googleSigning, joseKeys.googleSigning2];

export const undecryptable = () =>
  new Refusal(400, 'INVALID_PAYLOAD_ENCRYPTION', 'the body cannot be opened');
export const wronglySigned = () =>
  new Refusal(401, 'INVALID_PAYLOAD_SIGNATURE', 'no valid signature by a known key');

function named(keys: readonly TestKey[], kid: string | undefined): TestKey {
  const found = keys.find((key) => key.kid === kid);
  if (found === undefined) throw new Error('unknown kid');
  return found;
}

/** JWE by jose, with or without JWS inside. */
export function joseSeal(signed: boolean): Seal {
  return {
    mediaType: 'application/jose',
    contentType: 'application/jose; charset=utf-8',
    open: async (body) => {
      const decrypted = await decrypt(body.toString('latin1').trimEnd());
      return signed ? verify(decrypted) : decrypted;
    },
    seal: (payload) => sealFor(payload, signed, {}),
  };
}

async function decrypt(jwe: string): Promise<Uint8Array> {
  try {
    const options = { keyManagementAlgorithms: ['RSA-OAEP-256'], contentEncryptionAlgorithms: ['A256GCM'] };
    return (
      await compactDecrypt(jwe, (header?: CompactJWEHeaderParameters) => named(own, header?.kid).key, options)
    ).plaintext;
  } catch {
    throw undecryptable();
  }
}

async function verify(jws: Uint8Array): Promise<Uint8Array> {
  try {
    const algorithms = ['RS256', 'PS256'];
    return (
      await compactVerify(jws, (header) => createPublicKey(named(google, header?.kid).key), { algorithms })
    ).payload;
  } catch {
    throw wronglySigned();
  }
}

/** How an answer is sealed otherwise than it should be. */
export interface OddSealing {
  readonly alg?: 'RSA-OAEP-512';
  readonly kid?: false;
}

export async function sealFor(payload: Uint8Array, signed: boolean, odd: OddSealing): Promise<Uint8Array> {
  const { integratorSigning, googleEncryption } = joseKeys;
  const inner = { alg: 'RS256', kid: integratorSigning.kid } as const;
  const content = signed
    ? Buffer.from(await new CompactSign(payload).setProtectedHeader(inner).sign(integratorSigning.key))
    : payload;
  const kid = odd.kid === false ? {} : { kid: googleEncryption.kid };
  const outer = { alg: odd.alg ?? 'RSA-OAEP-256', enc: 'A256GCM', ...kid } as const;
  const recipient = createPublicKey(googleEncryption.key);
  return Buffer.from(await new CompactEncrypt(content).setProtectedHeader(outer).encrypt(recipient));
}
