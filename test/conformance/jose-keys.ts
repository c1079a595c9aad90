import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface TestKey {
  readonly kid: string;
  readonly use: 'sig' | 'enc';
  readonly key: KeyObject;
}

function generate(kid: string, use: 'sig' | 'enc'): TestKey {
  return { kid, use, key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey };
}

/** Private keys of both sides, made once for all tests of a process. */
export const joseKeys = {
  googleSigning: generate('google-sig-1', 'sig'),
  googleSigning2: generate('google-sig-2', 'sig'),
  googleRetired: generate('google-sig-0', 'sig'),
  googleEncryption: generate('google-enc-1', 'enc'),
  integratorSigning: generate('integrator-sig-1', 'sig'),
  integratorEncryption: generate('integrator-enc-1', 'enc'),
  integratorEncryption2: generate('integrator-enc-2', 'enc'),
};

export function jwks(visibility: 'private' | 'public', ...keys: readonly TestKey[]): string {
  const shown = keys.map(({ kid, use, key }) => ({
    ...(visibility === 'private' ? key : createPublicKey(key)).export({ format: 'jwk' }),
    kid,
    use,
  }));
  return JSON.stringify({ keys: shown });
}
