import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runConformance } from '../../conformance/suite.ts';
import { testThatFaultsBite } from './bite.ts';
import { sealingFaults } from './faults/sealing.ts';
import { joseFaults } from './faults/sealing-jose.ts';
import { joseSeal } from './reference/jose-seal.ts';
import { startReferenceServer } from './reference/server.ts';
import { accounts } from './setting.ts';
import { joseStage } from './stages.ts';

test('a right server passes every check over JWE with JWS', async () => {
  const server = await joseStage.start(undefined);
  const { run } = await runConformance(joseStage.configFor(server), { seed: 1, skip: ['transport'] });
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
    { ...joseStage.configFor(server), codec: 'jwe' },
    { seed: 1, skip: ['transport'] },
  );
  await server.close();
  const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
  assert.deepEqual(
    others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`),
    [],
  );
});

testThatFaultsBite({ ...joseFaults, ...sealingFaults }, joseStage);
