import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { readCertificates } from '../../src/http/certificates.ts';
import { addMethodRoutes } from '../../src/http/method-routes.ts';
import { createServer, type HttpLimits } from '../../src/http/server.ts';
import { Secret } from '../../src/ports/secret.ts';
import type { EndedReason } from '../../src/telemetry/ended-log.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';
import { watching } from './watching.ts';

const limits: HttpLimits = {
  bodyBytesMax: 65_536,
  headersTimeoutMs: 60_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 60_000,
  connectionsMax: 4,
};

const NOT_FOUND = 'GET /x HTTP/1.1\r\nhost: x\r\n\r\n';
const post = (body: string) =>
  `POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** A listener whose caller proves itself with `good`, is refused with `bad`, and waits with `wait`. */
async function serve(t: TestContext, options: { tls?: boolean; limits?: Partial<HttpLimits> } = {}) {
  const ended: EndedReason[] = [];
  const clock = new TestClock();
  const refused: number[] = [];
  const { certificate, key } = makeCertificate();
  const certificates = () => readCertificates([{ name: 'a', certificate, key: new Secret(key) }], Date.now());
  const server = createServer(
    { ...limits, ...options.limits },
    watching(
      (status) => refused.push(status),
      (reason) => ended.push(reason),
      clock,
    ),
    options.tls ? { certificates: certificates(), tls13: false, clients: undefined } : undefined,
  );
  const gate = Promise.withResolvers<void>();
  addMethodRoutes(server, {
    basePaths: ['/v1'],
    enabledMethods: new Set(['echo']),
    onRefused: () => undefined,
    pipeline: async ({ body, caller }) => {
      const said = Buffer.from(body).toString();
      if (said === 'good') caller.prove();
      if (said === 'bad') caller.offend();
      if (said === 'wait') await gate.promise;
      return { status: said === 'bad' ? 400 : 200, contentType: undefined, body: undefined };
    },
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const sockets: Socket[] = [];
  t.after(async () => {
    gate.resolve();
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  /** Opens a connection, and resolves when the listener has it. */
  async function open() {
    const accepted = new Promise((resolve) => server.server.once('connection', resolve));
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
    await accepted;
    /** Sends requests and waits for so many answers. */
    const ask = async (text: string, count = 1) => {
      const before = answersIn(received);
      socket.write(text);
      await until(() => answersIn(received) >= before + count || socket.destroyed);
      return received;
    };
    return { socket, ask, closed };
  }
  return { open, ended, refused, server, gate, port, clock };
}

const answersIn = (received: string) => received.split('HTTP/1.1 ').length - 1;

describe('[OQ-61] a connection that brings nothing but what is refused', { timeout: 60_000 }, () => {
  for (const [what, request] of [
    ['by the listener', NOT_FOUND],
    ['by the pipeline', post('bad')],
  ] as const) {
    it(`${what} ends with the 31st refusal, and says so`, async (t) => {
      const { open, ended } = await serve(t);
      const { ask, closed } = await open();
      for (let at = 0; at < 30; at += 1) assert.doesNotMatch(await ask(request), /connection: close/i);
      assert.match(await ask(request), /connection: close/i);
      await closed;
      assert.deepEqual(ended, ['refusals']);
    });
  }

  for (const tls of [false, true]) {
    it(`has no more than a few requests parsed of thousands in one write${tls ? ', within TLS too' : ''}`, async (t) => {
      const { server, ended, port } = await serve(t, { tls });
      let parsed = 0;
      server.server.on('request', () => {
        parsed += 1;
      });
      const to = { port, host: '127.0.0.1', rejectUnauthorized: false };
      const socket = tls ? connectTls(to) : connect(to);
      t.after(() => socket.destroy());
      socket.on('error', () => undefined).resume();
      await once(socket, tls ? 'secureConnect' : 'connect');

      socket.write(NOT_FOUND.repeat(2000));
      await once(socket, 'close');
      assert.deepEqual(ended, ['pipelined']);
      assert.ok(parsed > 0 && parsed < 100, `${parsed} were parsed`);
    });
  }

  it('ends soon however many it sends at once, read or unread', async (t) => {
    const { open, ended, refused } = await serve(t);
    const { socket, closed } = await open();
    socket.pause();
    socket.write(NOT_FOUND.repeat(100_000));
    socket.resume();
    await closed;
    assert.equal(ended.length, 1);
    assert.ok(refused.length < 100, `${refused.length} were looked at`);
  });

  it('[ECHO-3] lives for hours at the pace of Google’s invalid probes, while strangers come and say nothing', async (t) => {
    const { open, ended, clock } = await serve(t, { limits: { connectionsMax: 16 } });
    const { ask, socket } = await open();
    for (let quarter = 0; quarter < 16; quarter += 1) {
      for (let at = 0; at < 30; at += 1) {
        assert.doesNotMatch(await ask(post('bad')), /connection: close/i);
        if (at % 6 === 0) for (let stranger = 0; stranger < 20; stranger += 1) await open();
        clock.pass(10_000);
      }
      clock.pass(600_000);
    }
    assert.equal(socket.destroyed, false);
    assert.deepEqual([...new Set(ended)], ['gave-way'], 'the strangers');
  });

  it('[OQ-60] waits for its turn beyond 200 refusals at once, one each 4 ms, and one that proved itself for nothing', async (t) => {
    const { open, clock } = await serve(t, { limits: { connectionsMax: 64 } });
    const known = await open();
    await known.ask(post('good'));
    let received = '';
    for (let at = 0; at < 23; at += 1) {
      const { socket } = await open();
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.write(post('bad').repeat(10));
    }
    const answered = () => answersIn(received);
    await until(() => answered() >= 200 && clock.waiting >= 30);
    assert.equal(answersIn(await known.ask(post('bad').repeat(50), 50)), 51);
    assert.equal(answered(), 200);
    clock.pass(40);
    await until(() => answered() >= 210);
    assert.equal(answered(), 210);
    clock.pass(80);
    await until(() => answered() >= 230);
  });

  it('never ends once something valid came on it', async (t) => {
    const { open, ended } = await serve(t);
    const { ask } = await open();
    await ask(post('good'));
    for (let at = 0; at < 200; at += 1) await ask(post('bad'));
    assert.doesNotMatch(await ask(post('good')), /connection: close/i);
    assert.deepEqual(ended, []);
  });

  it('may ask for little at once, until something valid came on it', async (t) => {
    const { open, ended, gate } = await serve(t);
    const { socket, closed } = await open();
    socket.write(post('wait').repeat(17));
    await closed;
    assert.deepEqual(ended, ['pipelined']);
    const known = await open();
    await known.ask(post('good'));
    const asked = known.ask(post('wait').repeat(17), 17);
    gate.resolve();
    assert.equal(answersIn(await asked), 18);
  });

  it('is told that it is kept half as long as the others', async (t) => {
    const { open } = await serve(t);
    const { ask } = await open();
    assert.match(await ask(NOT_FOUND), /keep-alive: timeout=30\r\n/i);
    assert.match(await ask(post('good')), /keep-alive: timeout=60\r\n/i);
  });
});

describe('[OQ-62] when places run out', { timeout: 60_000 }, () => {
  it('the one that has been idle for longest without having proved anything gives way', async (t) => {
    const { open, ended } = await serve(t);
    const known = await open();
    await known.ask(post('good'));
    const strangers = [await open(), await open(), await open()];
    // The first is the one that was busy last.
    await strangers[0]?.ask(NOT_FOUND);
    const late = await open();
    assert.equal(answersIn(await late.ask(post('good'))), 1);
    await strangers[1]?.closed;
    assert.deepEqual(ended, ['gave-way']);
    assert.deepEqual(
      [known, ...strangers].map(({ socket }) => socket.closed),
      [false, false, true, false],
    );
  });

  it('thousands that came and said nothing keep nobody out', async (t) => {
    const { open, ended } = await serve(t, { limits: { connectionsMax: 64 } });
    for (let at = 0; at < 1000; at += 1) await open();
    assert.equal(ended.filter((reason) => reason === 'gave-way').length, 1000 - 64);
    const genuine = await open();
    assert.equal(answersIn(await genuine.ask(post('good'))), 1);
  });

  it('those that send half a request, or don’t read their answers, give way as well', async (t) => {
    const { open } = await serve(t);
    const half = await open();
    half.socket.write('POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx');
    for (let at = 0; at < 4; at += 1) await open();
    await half.closed;
  });

  it('one with a request at work doesn’t, and where all are at work or proved, nobody else is let in', async (t) => {
    const { open, ended } = await serve(t);
    const busy = [await open(), await open()];
    for (const { socket } of busy) socket.write(post('wait'));
    const known = [await open(), await open()];
    for (const { ask } of known) await ask(post('good'));
    await (await open()).closed;
    assert.deepEqual(ended, ['no-place']);
  });

  it('unfinished TLS handshakes have half of the places, and the oldest gives way', async (t) => {
    const { open, ended } = await serve(t, { tls: true, limits: { connectionsMax: 8 } });
    const first = await open();
    for (let at = 0; at < 4; at += 1) await open();
    await first.closed;
    assert.deepEqual(ended, ['handshake-gave-way']);
  });

  it('a handshake that fails is told, one that was never begun isn’t', async (t) => {
    const { open, ended, server } = await serve(t, { tls: true });
    const look = await open();
    look.socket.destroy();
    const failing = new Promise((resolve) => server.server.once('tlsClientError', resolve));
    const garbage = await open();
    garbage.socket.write('GET / HTTP/1.1\r\n\r\n');
    await garbage.closed;
    await failing;
    assert.deepEqual(ended, ['handshake-failed']);
  });
});
