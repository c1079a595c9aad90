import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalog } from '../../conformance/catalog.ts';
import { familyOf } from '../../conformance/check.ts';
import { runConformance } from '../../conformance/suite.ts';
import { echoFaults } from './faults/echo.ts';
import { envelopeFaults } from './faults/envelope.ts';
import type { Broken, Faults } from './faults/fault.ts';
import { idempotencyFaults } from './faults/idempotency.ts';
import { hurriedLatency, latencyFaults } from './faults/latency.ts';
import { sendOtpFaults } from './faults/send-otp.ts';
import { verifyOtpFaults } from './faults/verify-otp.ts';
import { type Fault, startReferenceServer } from './reference/server.ts';
import { accounts, configFor } from './setting.ts';

const faults: Faults = {
  ...envelopeFaults,
  ...echoFaults,
  ...sendOtpFaults,
  ...verifyOtpFaults,
  ...idempotencyFaults,
  ...latencyFaults,
};

async function failing(fault: Fault, only: string): Promise<string[]> {
  const server = await startReferenceServer({ accounts, fault });
  try {
    const { run } = await runConformance(
      { ...configFor(server), latency: hurriedLatency },
      { only: [only], seed: 1 },
    );
    for (const { kind, check, message } of run.outcomes)
      assert.notEqual(kind, 'broken', `${check.id}: ${message}`);
    return run.outcomes
      .filter(({ kind }) => kind === 'failed' || kind === 'warned')
      .map(({ check }) => check.id);
  } finally {
    await server.close();
  }
}

const isBroken = (value: Broken | Fault): value is Broken => 'fault' in value;

for (const check of catalog) {
  const entry = faults[check.id];
  if (entry === undefined) continue;
  const { fault, also = [] } = isBroken(entry) ? entry : { fault: entry };
  test(`a server broken for it fails ${check.id}`, async () => {
    assert.deepEqual((await failing(fault, `${familyOf(check)}/`)).sort(), [check.id, ...also].sort());
  });
}

test('every MUST check is failed by a broken server', () => {
  const unproved = catalog.filter(({ id, level }) => level === 'MUST' && faults[id] === undefined);
  assert.deepEqual(
    unproved.map(({ id }) => id),
    [],
  );
});
