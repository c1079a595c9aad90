import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConformanceConfig } from '../../conformance/run/config.ts';
import { type RunOptions, runConformance } from '../../conformance/run/suite.ts';
import { proofSize } from '../support/proof-size.ts';
import { activeAssociation, activeNumber } from '../support/test-accounts.ts';
import { startApplication, type TestApplication } from '../support/test-application.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { makeKey, sealingSettings } from '../support/test-keys.ts';
import { pgpKeys } from './pgp-keys.ts';

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

function configFor({ methodsUrl, operatorUrl }: TestApplication, scheme: string): ConformanceConfig {
  return {
    url: `${scheme}://localhost:${new URL(methodsUrl).port}`,
    subjects,
    sms: { kind: 'inbox', url: `${operatorUrl}/inbox` },
    timing: { textMs: 2000, quietMs: 20 },
    latency: { samples: 20 },
    transport: { plainHttpPort: 1, slowBodyMs: 4000 },
  };
}

/** `npm test` makes every check in clear: what a sealed call does differs in nothing but the envelope and the transport. */
const chosen = (...only: readonly string[]): Pick<RunOptions, 'only'> =>
  proofSize('PROOF_EXAMINATIONS', { quick: 0, mass: 1 }) === 1 ? {} : { only };

/** What our server does otherwise than expected, and what could not be seen. */
async function examine(
  settings: Readonly<Record<string, unknown>>,
  config: ConformanceConfig,
  leftOut: readonly string[],
  only: Pick<RunOptions, 'only'> = {},
): Promise<string[]> {
  const quick = { 'quotas.coolDownMs': 0, 'http.requestTimeoutMs': 1500 };
  const server = await startApplication({ settings: { ...quick, ...settings } });
  try {
    // The inbox takes texts to every number, or to none.
    const skip = ['send-otp/undeliverable', ...leftOut];
    const { run } = await runConformance(
      { ...configFor(server, 'http.tls' in settings ? 'https' : 'http'), ...config },
      { seed: 1, skip, ...only },
    );
    const others = run.outcomes.filter(({ kind }) => kind !== 'passed');
    return others.map(({ check, kind, message }) => `${kind} ${check.id}: ${message}`);
  } finally {
    await server.stop();
  }
}

const { certificate, key } = makeCertificate({ kind: 'ec' });
const tls = { 'http.tls': { certificates: [{ certificate: { value: certificate }, key: { value: key } }] } };

test('our server passes every check in the sandbox profile', async () => {
  const skip = ['sealing/payloads-are-sealed', 'TLS', 'transport/refuses-tls-1-3'];
  assert.deepEqual(await examine({}, {}, skip), []);
});

test('our server passes every check over OpenPGP and TLS', async () => {
  const [google, google2, ours, ours2] = await Promise.all(Array.from({ length: 4 }, () => makeKey('pgp')));
  const { expired, revoked } = await pgpKeys;
  assert.ok(google && google2 && ours && ours2);
  // A revoked key is not taken into a configuration; an expired one may still stand there.
  const retired = { private: expired.armor(), public: expired.toPublic().armor() };
  const settings = { ...tls, 'payload.pgp': sealingSettings([ours, ours2], [google, google2, retired]) };
  const config: ConformanceConfig = {
    codec: 'pgp',
    tls: { ca: certificate },
    google: {
      privateKeys: [google.private, google2.private],
      expiredKeys: [expired.armor()],
      revokedKeys: [revoked.armor()],
    },
    integrator: { publicKeys: [ours.public, ours2.public] },
  };
  assert.deepEqual(await examine(settings, config, [], chosen('sealing/', 'transport/')), []);
});

test('our server passes every check over bare JWE, with client certificates', async () => {
  const [google, google2, ours, ours2] = await Promise.all(Array.from({ length: 4 }, () => makeKey('jwe')));
  assert.ok(google && google2 && ours && ours2);
  const client = makeCertificate({ kind: 'ec', name: 'google' });
  const required = { clientCertificates: 'required', clientCa: { value: client.certificate } };
  const settings = {
    'http.tls': { ...tls['http.tls'], ...required },
    'payload.jwe': {
      ...sealingSettings([ours, ours2], [google, google2]),
      seal: 'jwe',
      olderEdition: true,
    },
  };
  const config: ConformanceConfig = {
    codec: 'jwe',
    tls: { ca: certificate, clientCertificate: client.certificate, clientPrivateKey: client.key },
    google: { privateKeys: [google.private, google2.private] },
    integrator: { publicKeys: [ours.public, ours2.public] },
  };
  assert.deepEqual(await examine(settings, config, [], chosen('sealing/')), []);
});

test('our server passes every check over JWE with JWS', async () => {
  const keys = await Promise.all(Array.from({ length: 5 }, () => makeKey('jwe')));
  const [google, google2, retired, ours, ours2] = keys;
  assert.ok(google && google2 && retired && ours && ours2);
  const retiresAt = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const sealing = sealingSettings([ours, ours2], [google, google2]);
  const settings = {
    ...tls,
    'payload.jwe': {
      ...sealing,
      google: [...sealing.google, { key: { value: retired.public }, retiresAt }],
      // Compression is of the older edition. [JWE-3]
      olderEdition: true,
    },
  };
  const config: ConformanceConfig = {
    codec: 'jwe+jws',
    tls: { ca: certificate },
    google: { privateKeys: [google.private, google2.private], expiredKeys: [retired.private] },
    integrator: { publicKeys: [ours.public, ours2.public] },
  };
  assert.deepEqual(await examine(settings, config, [], chosen('sealing/')), []);
});
