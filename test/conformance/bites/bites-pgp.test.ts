import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runConformance } from '../../../conformance/run/suite.ts';
import { makeCertificate } from '../../support/test-certificates.ts';
import { pgpFaults, referenceKeys } from '../faults/sealing-pgp.ts';
import { pgpStage } from '../pgp-stage.ts';
import { pgpSeal } from '../reference/pgp-seal.ts';
import { startReferenceServer } from '../reference/server.ts';
import { accounts } from '../setting.ts';
import { testThatARightServerPasses, testThatFaultsBite } from './bite.ts';

testThatARightServerPasses('OpenPGP', pgpStage);

testThatFaultsBite(pgpFaults, pgpStage);

for (const [requestCert, kind] of [
  [false, 'passed'],
  [true, 'failed'],
] as const) {
  const what = requestCert ? 'asks' : 'does not ask';
  test(`a server that ${what} for a client certificate ${kind} transport/asks-for-no-client-certificate`, async () => {
    const { certificate, key } = makeCertificate({ kind: 'ec' });
    const tls = {
      cert: certificate,
      key,
      maxVersion: 'TLSv1.2' as const,
      requestCert,
      rejectUnauthorized: false,
    };
    const server = await startReferenceServer({ accounts, seal: pgpSeal(referenceKeys), tls });
    const only = ['transport/asks-for-no-client-certificate'];
    const { run } = await runConformance(pgpStage.configFor(server), { only });
    await server.close();
    assert.deepEqual(
      run.outcomes.map((outcome) => outcome.kind),
      [kind],
    );
  });
}
