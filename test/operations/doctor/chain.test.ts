import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { distrustOf } from '../../../src/operations/doctor/chain.ts';
import { makeCertificate, type TestCertificate } from '../../support/test-certificates.ts';

/** A certificate as a client sees it, with what the server sends along. */
async function shown(t: TestContext, { certificate, key }: TestCertificate, ...along: readonly string[]) {
  const server = createServer({ cert: [certificate, ...along].join(''), key }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const terms = { host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const;
  const socket = connect(terms);
  let leaf: ReturnType<typeof socket.getPeerX509Certificate>;
  socket.once('keylog', () => {
    leaf = socket.getPeerX509Certificate();
  });
  await once(socket, 'secureConnect');
  socket.destroy();
  assert.ok(leaf);
  return leaf;
}

test('[TLS-4] a chain is complete if what the server sends leads to a root', async (t) => {
  const root = makeCertificate({ name: 'root' });
  const between = makeCertificate({ name: 'between', issuer: root, authority: true });
  const leaf = makeCertificate({ name: 'leaf', issuer: between });
  const whole = await shown(t, leaf, between.certificate);
  assert.equal(distrustOf(whole, [root.certificate]), undefined);
  assert.equal(distrustOf(whole, []), 'UNABLE_TO_GET_ISSUER_CERT');
  const alone = await shown(t, leaf);
  assert.equal(distrustOf(alone, [root.certificate]), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  const toTheTop = await shown(t, leaf, between.certificate, root.certificate);
  assert.equal(distrustOf(toTheTop, []), 'SELF_SIGNED_CERT_IN_CHAIN');
});

test('[TLS-4] a namesake of a root, and a certificate signed by itself, are not trusted', async (t) => {
  const root = makeCertificate({ name: 'root' });
  const namesake = makeCertificate({ name: 'root' });
  const leaf = await shown(t, makeCertificate({ name: 'leaf', issuer: namesake }));
  assert.equal(distrustOf(leaf, [root.certificate]), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  assert.equal(distrustOf(await shown(t, root), []), 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.equal(distrustOf(await shown(t, root), [root.certificate]), undefined);
});
