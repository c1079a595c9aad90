import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConformanceConfig } from '../../conformance/config.ts';
import { runConformance } from '../../conformance/suite.ts';
import { activeAssociation, activeNumber } from '../system/test-accounts.ts';
import { startApplication, type TestApplication } from '../system/test-application.ts';

const subjects = {
  known: Array.from({ length: 40 }, (_, n) => ({
    phoneNumber: activeNumber(n),
    associationId: activeAssociation(n),
  })),
  unknown: { phoneNumber: '+15550100099' },
  notEligible: { phoneNumber: '+15550100001', associationId: 'assoc-not-eligible' },
  closed: { phoneNumber: '+15550100002', associationId: 'assoc-closed' },
  closedAccountTakenOver: { phoneNumber: '+15550100003', associationId: 'assoc-taken-over' },
  closedFraud: { phoneNumber: '+15550100004', associationId: 'assoc-fraud' },
  withoutPhoneNumber: { associationId: 'assoc-no-phone' },
};

function configFor({ methodsUrl, operatorUrl }: TestApplication): ConformanceConfig {
  return {
    url: methodsUrl,
    subjects,
    sms: { kind: 'inbox', url: `${operatorUrl}/inbox` },
    timing: { textMs: 2000, quietMs: 20 },
    latency: { samples: 20 },
    transport: { plainHttpPort: 1, slowBodyMs: 1000 },
  };
}

test('our server passes every check in the sandbox profile', async () => {
  const server = await startApplication({ settings: { 'quotas.coolDownMs': 0 } });
  try {
    const { run } = await runConformance(configFor(server), {
      seed: 1,
      skip: ['sealing/payloads-are-sealed'],
    });
    const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
    assert.deepEqual(
      others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`),
      [],
    );
  } finally {
    await server.stop();
  }
});
