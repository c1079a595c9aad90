import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { askBy, askOctetsBy } from '../../../src/adapters/gateways/aws/receipts.ts';
import { exchange } from '../../../src/adapters/http-client/exchange.ts';
import { createLink, type LinkSettings, type ProxySettings } from '../../../src/adapters/http-client/link.ts';
import { unreachedOf } from '../../../src/adapters/http-client/probe.ts';
import { createSystemClock } from '../../../src/adapters/system/system-clock.ts';
import { Secret } from '../../../src/ports/secret.ts';
import { deadlineAfter } from '../../contracts/sms-gateway.ts';
import { makeCertificate, type TestCertificate } from '../../support/test-certificates.ts';
import { startStandIn } from '../gateways/shared/gateway-stand-in.ts';

const authority = makeCertificate({ name: 'authority' });
const { certificate: cert, key } = makeCertificate({ issuer: authority });
const tlsCa = new Secret(authority.certificate);
const answer = { status: 200, body: 'taken' };

const shown = ({ certificate, key: own }: TestCertificate, passphrase?: string) => ({
  certificate: new Secret(certificate),
  key: new Secret(own),
  passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
});

async function open(t: TestContext, settings: LinkSettings, tls: ServerOptions = {}) {
  const standIn = await startStandIn(t, answer, { cert, key, ...tls });
  const link = createLink(settings);
  t.after(() => link.close());
  const request = { verb: 'POST', url: standIn.url, headers: {}, body: 'a=1' };
  return {
    standIn,
    ask: (withinMs = 5000) => exchange(request, deadlineAfter(withinMs), link),
    probe: () => link.probe(standIn.url, AbortSignal.timeout(5000)),
  };
}

test('a private authority is believed where it is named, and nobody else then', async (t) => {
  const { ask, probe } = await open(t, { tlsCa });
  assert.equal((await ask()).kind, 'answered');
  await probe();
  const other = await open(t, { tlsCa: new Secret(makeCertificate().certificate) });
  assert.equal((await other.ask()).kind, 'unreached');
  await assert.rejects(other.probe());
  assert.equal(other.standIn.requests.length, 0);
});

test('a certificate is looked at, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (t) => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  const { ask, standIn } = await open(t, {});
  assert.deepEqual(await ask(), { kind: 'unreached', fault: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  assert.equal(standIn.requests.length, 0);
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const demanding = {
    ca: authority.certificate,
    requestCert: true,
    minVersion: version,
    maxVersion: version,
  };

  test(`[OQ-28] over ${version} a gateway that demands a certificate is shown ours, and without one reads nothing`, async (t) => {
    const ours = makeCertificate({ issuer: authority, name: 'client', passphrase: 'open sesame' });
    const known = await open(t, { tlsCa, clientCertificate: shown(ours, 'open sesame') }, demanding);
    assert.equal((await known.ask()).kind, 'answered');
    await known.probe();
    const unknown = await open(t, { tlsCa }, demanding);
    const result = await unknown.ask();
    assert.equal(result.kind, 'unreached', JSON.stringify(result));
    assert.match(result.kind === 'unreached' ? result.fault : '', /ALERT/);
    await assert.rejects(unknown.probe(), /alert/);
    assert.equal(unknown.standIn.requests.length, 0);
  });
}

type ProxyMode = 'tunnels' | 'demands credentials' | 'breaks off' | 'says nothing' | 'tunnels to nothing';

/** A proxy that is asked by CONNECT. */
async function startProxy(t: TestContext, mode: ProxyMode) {
  const asked: { readonly authority: string; readonly credentials: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // HTTP leaves sockets open to one side.
    return socket.on('error', () => socket.destroy()).on('end', () => socket.destroy());
  };
  const server = createServer(() => assert.fail('asked by anything but CONNECT'));
  server.on('connect', ({ url: path = '', headers }, stream) => {
    asked.push({ authority: path, credentials: headers['proxy-authorization'] });
    const socket = keep(stream as Socket);
    if (mode === 'demands credentials')
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    if (mode === 'breaks off') return void socket.destroy();
    if (mode === 'says nothing') return;
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (mode === 'tunnels to nothing') return;
    const { hostname, port } = new URL(`http://${path}`);
    const onward = keep(connect(Number(port), hostname));
    onward.pipe(socket).pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const proxy: ProxySettings = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: 'bank',
    password: new Secret('pa:ss'),
  };
  return { proxy, asked, sockets };
}

test('through a proxy by CONNECT, with credentials for the proxy alone, and connections are kept', async (t) => {
  const { proxy, asked } = await startProxy(t, 'tunnels');
  const { ask, probe, standIn } = await open(t, { tlsCa, proxy });
  for (let text = 0; text < 3; text += 1) assert.equal((await ask()).kind, 'answered');
  const credentials = `Basic ${Buffer.from('bank:pa:ss').toString('base64')}`;
  assert.deepEqual(asked, [{ authority: new URL(standIn.url).host, credentials }]);
  for (const { headers } of standIn.requests) assert.equal(headers['proxy-authorization'], undefined);
  await probe();
});

test('what receipts of AWS need is fetched through the proxy as well', async (t) => {
  const { proxy, asked } = await startProxy(t, 'tunnels');
  const { standIn } = await open(t, {});
  const link = createLink({ tlsCa, proxy });
  t.after(() => link.close());
  const told = await askBy(link, createSystemClock())(standIn.url);
  assert.equal(told?.text, 'taken');
  assert.equal(String(Buffer.from((await askOctetsBy(link)(standIn.url)) ?? [])), 'taken');
  assert.ok(asked.length > 0);
  standIn.answer = 'cut-after-headers';
  assert.equal(await askOctetsBy(link)(standIn.url), undefined);
});

for (const [mode, fault] of [
  ['demands credentials', 'the proxy answered 407'],
  ['breaks off', 'the proxy gave no connection, ECONNRESET'],
  ['says nothing', 'the proxy gave no connection in time'],
  ['tunnels to nothing', 'the proxy let nothing through in time'],
] as const) {
  test(`[OQ-28] where the proxy ${mode} nothing was sent, and nothing is left waiting`, async (t) => {
    const { proxy, sockets } = await startProxy(t, mode);
    const { ask, standIn } = await open(t, { tlsCa, proxy });
    assert.deepEqual(await ask(600), { kind: 'unreached', fault });
    assert.equal(standIn.requests.length, 0);
    const link = createLink({ tlsCa, proxy });
    t.after(() => link.close());
    const probed = await unreachedOf([standIn.url], link, AbortSignal.timeout(600));
    assert.deepEqual(
      probed.map((one) => one.fault),
      [fault],
    );
    // Our end of the connection is gone, so the proxy's ends.
    await Promise.all(Array.from(sockets, (socket) => once(socket.resume(), 'close')));
  });
}

test('[OQ-28] where there is no proxy nothing was sent', async (t) => {
  const proxy = { url: 'http://127.0.0.1:1' };
  const { ask } = await open(t, { tlsCa, proxy });
  assert.deepEqual(await ask(), {
    kind: 'unreached',
    fault: 'the proxy gave no connection, ECONNREFUSED',
  });
});
