import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { onceARun } from '../support/once-a-run.ts';

export interface TestKey {
  readonly kid: string;
  readonly use: 'sig' | 'enc';
  readonly key: KeyObject;
}

async function generate(kid: string, use: 'sig' | 'enc'): Promise<TestKey> {
  const pem = await onceARun(`${kid}.pem`, async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  });
  return { kid, use, key: createPrivateKey(pem) };
}

/** Private keys of both sides. */
export const joseKeys = {
  googleSigning: await generate('google-sig-1', 'sig'),
  googleSigning2: await generate('google-sig-2', 'sig'),
  googleRetired: await generate('google-sig-0', 'sig'),
  googleEncryption: await generate('google-enc-1', 'enc'),
  integratorSigning: await generate('integrator-sig-1', 'sig'),
  integratorEncryption: await generate('integrator-enc-1', 'enc'),
  integratorEncryption2: await generate('integrator-enc-2', 'enc'),
};

export function jwks(visibility: 'private' | 'public', ...keys: readonly TestKey[]): string {
  const shown = keys.map(({ kid, use, key }) => ({
    ...(visibility === 'private' ? key : createPublicKey(key)).export({ format: 'jwk' }),
    kid,
    use,
  }));
  return JSON.stringify({ keys: shown });
}
