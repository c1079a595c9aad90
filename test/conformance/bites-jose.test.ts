import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runConformance } from '../../conformance/suite.ts';
import { testThatFaultsBite } from './bite.ts';
import { sealingFaults } from './faults/sealing.ts';
import { joseFaults } from './faults/sealing-jose.ts';
import { joseKeys, jwks } from './jose-keys.ts';
import { joseSeal } from './reference/jose-seal.ts';
import { type Fault, type ReferenceServer, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

const { googleSigning, googleSigning2, googleRetired, googleEncryption } = joseKeys;
const { integratorSigning, integratorEncryption, integratorEncryption2 } = joseKeys;

const start = (fault: Fault | undefined) => startReferenceServer({ accounts, fault, seal: joseSeal(true) });
const joseConfigFor = (server: ReferenceServer) => ({
  ...configFor(server),
  codec: 'jwe+jws' as const,
  google: {
    privateKeys: [jwks('private', googleSigning, googleSigning2, googleEncryption)],
    expiredKeys: [jwks('private', googleRetired)],
  },
  integrator: {
    publicKeys: [jwks('public', integratorSigning, integratorEncryption, integratorEncryption2)],
  },
});

test('a right server passes every check over JWE with JWS', async () => {
  const server = await start(undefined);
  const { run } = await runConformance(joseConfigFor(server), { seed: 1, skip: ['transport'] });
  await server.close();
  const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
  assert.deepEqual(
    others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`),
    [],
  );
});

test('a right server passes every check over bare JWE', async () => {
  const server = await startReferenceServer({ accounts, seal: joseSeal(false) });
  const { run } = await runConformance(
    { ...joseConfigFor(server), codec: 'jwe' },
    { seed: 1, skip: ['transport'] },
  );
  await server.close();
  const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
  assert.deepEqual(
    others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`),
    [],
  );
});

testThatFaultsBite({ ...joseFaults, ...sealingFaults }, { start, configFor: joseConfigFor });
