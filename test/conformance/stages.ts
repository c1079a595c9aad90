import type { ConformanceConfig } from '../../conformance/config.ts';
import { hurriedLatency } from './faults/latency.ts';
import { referenceKeys } from './faults/sealing-pgp.ts';
import { joseKeys, jwks } from './jose-keys.ts';
import { pgpKeys } from './pgp-keys.ts';
import { joseSeal } from './reference/jose-seal.ts';
import { pgpSeal } from './reference/pgp-seal.ts';
import { type Fault, type ReferenceServer, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

/** A reference server and what the examiner is told about it. */
export interface Stage {
  readonly start: (fault: Fault | undefined) => Promise<ReferenceServer>;
  readonly configFor: (server: ReferenceServer) => ConformanceConfig;
}

export const plainStage: Stage = {
  start: (fault) => startReferenceServer({ accounts, fault }),
  configFor: (server) => ({ ...configFor(server), latency: hurriedLatency }),
};

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

const { google, google2, expired, revoked, integrator, integrator2 } = await pgpKeys;

export const pgpStage: Stage = {
  start: (fault) => startReferenceServer({ accounts, fault, seal: pgpSeal(referenceKeys) }),
  configFor: (server) => ({
    ...configFor(server),
    codec: 'pgp',
    google: {
      privateKeys: [google.armor(), google2.armor()],
      expiredKeys: [expired.armor()],
      revokedKeys: [revoked.armor()],
    },
    integrator: { publicKeys: [integrator.toPublic().armor(), integrator2.toPublic().armor()] },
  }),
};
