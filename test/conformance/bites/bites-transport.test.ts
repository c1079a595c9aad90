import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { ConformanceConfig } from '../../../conformance/run/config.ts';
import { runConformance } from '../../../conformance/run/suite.ts';
import { makeCertificate } from '../../support/test-certificates.ts';
import {
  rightTls,
  type TransportFault,
  tlsOptions,
  transportFaults,
  trustedCa,
} from '../faults/transport.ts';
import { joseKeys, jwks } from '../jose-keys.ts';
import { startFront } from '../reference/front.ts';
import { joseSeal } from '../reference/jose-seal.ts';
import { type ReferenceServer, startReferenceServer } from '../reference/server.ts';
import { accounts, configFor } from '../setting.ts';

const slow = 'transport/cuts-slow-body-off';

async function startRedirector() {
  const server = createServer((_, response) =>
    response.writeHead(301, { location: 'https://localhost/' }).end(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => server.close(),
  };
}

function tlsConfigFor(server: ReferenceServer, port: number, ca: string | undefined): ConformanceConfig {
  const config = configFor(server);
  return {
    ...config,
    url: `https://localhost:${port}`,
    timing: { ...config.timing, answerMs: 3000 },
    ...(ca === undefined ? {} : { tls: { ca } }),
  };
}

async function failed(broken: TransportFault, skip: string[]): Promise<string[]> {
  const server = await startReferenceServer({ accounts, tls: broken.tls ?? rightTls, fault: broken.fault });
  const front = broken.front === undefined ? undefined : await startFront(server.port, broken.front);
  const redirector = broken.plainHttp === undefined ? undefined : await startRedirector();
  try {
    const ca = 'ca' in broken ? broken.ca : trustedCa;
    const config = tlsConfigFor(server, front?.port ?? server.port, ca);
    const transport = { ...config.transport, ...(redirector && { plainHttpPort: redirector.port }) };
    const { run } = await runConformance({ ...config, transport }, { only: ['transport/'], skip });
    for (const { kind, check, message } of run.outcomes) {
      assert.ok(['passed', 'failed', 'warned'].includes(kind), `${kind} ${check.id}: ${message}`);
    }
    const ids = run.outcomes.filter(({ kind }) => kind !== 'passed').map(({ check }) => check.id);
    return ids.sort();
  } finally {
    front?.close();
    redirector?.close();
    await server.close();
  }
}

test('a right server passes every check of its transport', async () => {
  assert.deepEqual(await failed({}, []), []);
});

test('a right server with an RSA certificate passes, too', async () => {
  const certificate = makeCertificate({ kind: 'rsa' });
  assert.deepEqual(await failed({ tls: tlsOptions(certificate), ca: certificate.certificate }, [slow]), []);
});

for (const [id, broken] of Object.entries(transportFaults)) {
  test(`a server broken for it fails ${id}, and of its family nothing else`, async () => {
    assert.deepEqual(await failed(broken, id === slow ? [] : [slow]), [id, ...(broken.also ?? [])].sort());
  });
}

test('a URL of plain HTTP on another machine fails transport/is-https', async () => {
  const server = await startReferenceServer({ accounts });
  const config = { ...configFor(server), url: `http://0.0.0.0:${server.port}` };
  const { run } = await runConformance(config, { only: ['transport/is-https'] });
  await server.close();
  assert.deepEqual(
    run.outcomes.map(({ kind }) => kind),
    ['failed'],
  );
});

const client = makeCertificate({ kind: 'ec', name: 'google' });
const bareJwe = (server: ReferenceServer): ConformanceConfig => ({
  ...tlsConfigFor(server, server.port, trustedCa),
  codec: 'jwe',
  google: { privateKeys: [jwks('private', joseKeys.googleEncryption)] },
  integrator: { publicKeys: [jwks('public', joseKeys.integratorEncryption)] },
  tls: { ca: trustedCa, clientCertificate: client.certificate, clientPrivateKey: client.key },
});

for (const [rejectUnauthorized, kind] of [
  [true, 'passed'],
  [false, 'failed'],
] as const) {
  const what = rejectUnauthorized ? 'demands' : 'does not demand';
  test(`a server of bare JWE that ${what} a client certificate ${kind} transport/demands-client-certificate`, async () => {
    const tls = { ...rightTls, requestCert: true, rejectUnauthorized, ca: client.certificate };
    const server = await startReferenceServer({ accounts, seal: joseSeal(false), tls });
    const { run } = await runConformance(bareJwe(server), { only: ['transport/demands-client-certificate'] });
    await server.close();
    assert.deepEqual(
      run.outcomes.map((outcome) => outcome.kind),
      [kind],
    );
  });
}
