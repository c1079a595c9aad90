import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer } from 'node:tls';
import { Secret } from '../../../../src/ports/secret.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { makeCertificate, type TestCertificate } from '../../../support/test-certificates.ts';
import { exampleMessage } from '../shared/gateway-stand-in.ts';
import { startSmsc } from './smpp-server.ts';
import { openSmpp } from './smpp-under-test.ts';

/** Ends TLS in front of what listens on a port, as an SMSC's load balancer does. */
async function startTls(
  t: TestContext,
  behind: number,
  { certificate: cert, key }: TestCertificate,
  clientCa?: string,
) {
  const sockets = new Set<Socket>();
  const server = createServer(
    { cert, key, ...(clientCa && { ca: clientCa, requestCert: true }) },
    (outer) => {
      const inner = connect(behind, '127.0.0.1');
      for (const socket of [outer, inner]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          inner.destroy();
          outer.destroy();
        });
      }
      outer.pipe(inner).pipe(outer);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('SMPP: over TLS a text goes as without, if the certificate is of the trusted issuer', async (t) => {
  const smsc = await startSmsc(t);
  const own = makeCertificate();
  const port = await startTls(t, smsc.port, own);
  for (const host of ['localhost', '127.0.0.1']) {
    const gateway = openSmpp(t, port, { host, tls: true, tlsCa: new Secret(own.certificate) });
    assert.equal((await gateway.send(exampleMessage, deadlineAfter(10_000))).kind, 'accepted', host);
  }
});

test('SMPP: nothing is written to who has no certificate of a trusted issuer, or one for another name', async (t) => {
  // Which would let anybody in, were it asked.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  const smsc = await startSmsc(t);
  const own = makeCertificate();
  const other = makeCertificate({ name: 'smsc.example' });
  const refused = (detail: string) => ({ kind: 'refused', gateway: 'smpp', reason: 'gateway-down', detail });
  const port = await startTls(t, smsc.port, own);
  for (const [changes, fault] of [
    [{ tls: true, port }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [{ tls: true, tlsCa: new Secret(other.certificate), port }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      {
        tls: true,
        tlsCa: new Secret(other.certificate),
        port: await startTls(t, smsc.port, other),
        host: 'localhost',
      },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ] as const) {
    const gateway = openSmpp(t, port, changes);
    assert.deepEqual(await gateway.send(exampleMessage, deadlineAfter(1000)), refused(fault));
  }
  assert.equal(await smsc.count('bind_transceiver'), 0);
});

test('SMPP: TLS to a port without it comes to nothing', async (t) => {
  const smsc = await startSmsc(t);
  // Net::SMPP waits for the rest of what it takes for a long PDU.
  const gateway = openSmpp(t, smsc.port, { tls: true, connectTimeoutMs: 500 });
  const delivery = await gateway.send(exampleMessage, deadlineAfter(1500));
  assert.equal(delivery.kind === 'refused' && delivery.reason, 'gateway-down');
});

test('SMPP: we prove ourselves with a certificate to a gateway that asks for one', async (t) => {
  const smsc = await startSmsc(t);
  const own = makeCertificate();
  const client = makeCertificate({ name: 'exemplo' });
  const port = await startTls(t, smsc.port, own, client.certificate);
  const without = openSmpp(t, port, { tls: true, tlsCa: new Secret(own.certificate) });
  assert.equal((await without.send(exampleMessage, deadlineAfter(1000))).kind, 'refused');
  const proof = { certificate: new Secret(client.certificate), key: new Secret(client.key) };
  const gateway = openSmpp(t, port, {
    tls: true,
    tlsCa: new Secret(own.certificate),
    clientCertificate: proof,
  });
  assert.equal((await gateway.send(exampleMessage, deadlineAfter(10_000))).kind, 'accepted');
});

test('SMPP: a variable of the environment does not make it take any certificate', async (t) => {
  const smsc = await startSmsc(t);
  const port = await startTls(t, smsc.port, makeCertificate());
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  });
  const gateway = openSmpp(t, port, { tls: true });
  assert.equal((await gateway.send(exampleMessage, deadlineAfter(1000))).kind, 'refused');
  assert.equal(await smsc.count('bind_transceiver'), 0);
});
