import { joseKeys, jwks } from './jose-keys.ts';
import type { Stage } from './plain-stage.ts';
import { joseSeal } from './reference/jose-seal.ts';
import { startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

const { googleSigning, googleSigning2, googleRetired, googleEncryption } = joseKeys;
const { integratorSigning, integratorEncryption, integratorEncryption2 } = joseKeys;

export const joseStage: Stage = {
  start: (fault) => startReferenceServer({ accounts, fault, seal: joseSeal(true) }),
  configFor: (server) => ({
    ...configFor(server),
    codec: 'jwe+jws',
    google: {
      privateKeys: [jwks('private', googleSigning, googleSigning2, googleEncryption)],
      expiredKeys: [jwks('private', googleRetired)],
    },
    integrator: {
      publicKeys: [jwks('public', integratorSigning, integratorEncryption, integratorEncryption2)],
    },
  }),
};
