import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runConformance } from '../../conformance/suite.ts';
import { testThatFaultsBite } from './bite.ts';
import { pgpFaults, referenceKeys } from './faults/sealing-pgp.ts';
import { pgpKeys } from './pgp-keys.ts';
import { pgpSeal } from './reference/pgp-seal.ts';
import { type Fault, type ReferenceServer, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

const { google, google2, expired, revoked, integrator, integrator2 } = await pgpKeys;

const start = (fault: Fault | undefined) =>
  startReferenceServer({ accounts, fault, seal: pgpSeal(referenceKeys) });
const pgpConfigFor = (server: ReferenceServer) => ({
  ...configFor(server),
  codec: 'pgp' as const,
  google: {
    privateKeys: [google.armor(), google2.armor()],
    expiredKeys: [expired.armor()],
    revokedKeys: [revoked.armor()],
  },
  integrator: { publicKeys: [integrator.toPublic().armor(), integrator2.toPublic().armor()] },
});

test('a right server passes every check over OpenPGP', async () => {
  const server = await start(undefined);
  const { run } = await runConformance(pgpConfigFor(server), { seed: 1 });
  await server.close();
  const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
  assert.deepEqual(
    others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`),
    [],
  );
});

testThatFaultsBite(pgpFaults, { start, configFor: pgpConfigFor });
