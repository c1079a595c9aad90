import { referenceKeys } from './faults/sealing-pgp.ts';
import { pgpKeys } from './pgp-keys.ts';
import type { Stage } from './plain-stage.ts';
import { pgpSeal } from './reference/pgp-seal.ts';
import { startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

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
