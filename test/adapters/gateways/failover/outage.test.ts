import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createFailoverGateway } from '../../../../src/adapters/gateways/failover/failover.ts';
import type { Delivery, SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { deadlineAfter } from '../../../contracts/sms-gateway.ts';
import { makeCertificate } from '../../../support/test-certificates.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { exampleMessage, startStandIn } from '../shared/gateway-stand-in.ts';
import { type HttpKind, httpKinds, openKind } from '../shared/http-kinds.ts';
import { accepted, scripted } from '../shared/scripted-gateway.ts';

const authority = makeCertificate({ name: 'authority' });
const { certificate: cert, key } = makeCertificate({ issuer: authority });
const tlsCa = { value: authority.certificate };

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** Texts that come at once. */
const BURST = 6;

const burst = (gateway: SmsGateway, withinMs: number): Promise<readonly Delivery[]> =>
  Promise.all(Array.from({ length: BURST }, () => gateway.send(exampleMessage, deadlineAfter(withinMs))));

/** A gateway of that kind which took texts over TLS, before another one; its sessions can be resumed. */
async function startWorking(t: TestContext, kind: HttpKind, version: (typeof VERSIONS)[number]) {
  // No connection is kept, of whose end nobody here may have heard yet; sessions are.
  const standIn = await startStandIn(t, 'silence', { cert, key, minVersion: version, maxVersion: version });
  standIn.answer = (request) => ({ ...kind.taken(request, 0), headers: { connection: 'close' } });
  const first = await openKind(kind, standIn.url, { tlsCa });
  const second = scripted('second', accepted('second'));
  const gateway = createFailoverGateway({
    name: 'failover',
    gateways: [first, second],
    afterUnknown: false,
    attemptMsMin: 500,
    clock: new TestClock(),
  });
  t.after(() => gateway.close());
  for (const { kind, gateway: name } of await burst(gateway, 10_000)) {
    assert.deepEqual([kind, name], ['accepted', first.name]);
  }
  return { standIn, gateway };
}

/** Takes connections where the gateway was, and says nothing. */
async function startMuteAt(t: TestContext, url: string): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  server.listen(Number(new URL(url).port), '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
}

const ways = httpKinds.flatMap((kind) => VERSIONS.map((version) => ({ kind, version })));

for (const { kind, version } of ways) {
  test(`[OPS-2] ${kind.kind} over ${version} goes away: of texts that come at once none is lost`, async (t) => {
    const { standIn, gateway } = await startWorking(t, kind, version);
    await standIn.reach('refuses');
    for (const delivery of await burst(gateway, 10_000)) {
      assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: 'second-1' });
    }
  });
}

test('[OPS-2] gateways take connections and say nothing: of texts that come at once none is lost', async (t) => {
  const working = await Promise.all(ways.map(({ kind, version }) => startWorking(t, kind, version)));
  for (const { standIn } of working) {
    await standIn.reach('refuses');
    await startMuteAt(t, standIn.url);
  }
  const deliveries = await Promise.all(working.map(({ gateway }) => burst(gateway, 3000)));
  for (const delivery of deliveries.flat()) {
    assert.deepEqual(delivery, { kind: 'accepted', gateway: 'second', messageId: 'second-1' });
  }
});
