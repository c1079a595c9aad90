import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, it, type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { readCertificates } from '../../src/http/certificates.ts';
import { addMethodRoutes } from '../../src/http/method-routes.ts';
import { createServer, type HttpLimits } from '../../src/http/server.ts';
import type { SealedRequest } from '../../src/methods/serve.ts';
import { Secret } from '../../src/ports/secret.ts';
import { makeCertificate } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';
import { watching } from './watching.ts';

const limits: HttpLimits = {
  bodyBytesMax: 65_536,
  headersTimeoutMs: 1000,
  requestTimeoutMs: 1500,
  keepAliveTimeoutMs: 5000,
  connectionsMax: 64,
};

describe('the edge', () => {
  const seen: SealedRequest[] = [];
  let refused: number[] = [];
  const onRefused = (status: number) => refused.push(status);
  let server: FastifyInstance;
  let port: number;

  before(async () => {
    server = createServer(limits, watching(onRefused));
    addMethodRoutes(server, {
      basePaths: ['/v1', '/wallet/e-wallets-v1'],
      enabledMethods: new Set(['sendOtp', 'echo']),
      onRefused,
      pipeline: async (request) => {
        seen.push(request);
        return { status: 200, contentType: 'application/json', body: request.body };
      },
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    port = (server.server.address() as AddressInfo).port;
  });

  after(() => server.close());

  /** Sends raw bytes and yields all that comes back until the connection ends, or `waitMs` are over. */
  function raw(text: string, waitMs = 10_000): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
      let received = '';
      const timer = setTimeout(() => socket.destroy(), waitMs);
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(received);
      });
    });
  }

  function ask(method: string, path: string, options: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}${path}`, { method, ...options });
  }

  it('[URL-3] serves the methods under each base path, the body untouched', async () => {
    for (const path of ['/v1/sendOtp', '/wallet/e-wallets-v1/echo']) {
      const body = Uint8Array.of(0, 255, 0xef, 0xbb, 0xbf, 123);
      const answer = await ask('POST', path, {
        body,
        headers: { 'content-type': 'Application/OCTET-stream ; x=1' },
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.bytes(), body);
      const request = seen.at(-1);
      assert.equal(request?.method, path.split('/').at(-1));
      assert.equal(request?.contentType, 'Application/OCTET-stream ; x=1');
    }
  });

  it('a body without a content type, or without a body, reaches the pipeline all the same', async () => {
    const request = 'POST /v1/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n';
    assert.match(await raw(`${request}content-length: 2\r\n\r\n{}`), /^HTTP\/1\.1 200 /);
    assert.equal(seen.at(-1)?.contentType, undefined);
    assert.match(await raw(`${request}content-length: 0\r\n\r\n`), /^HTTP\/1\.1 200 /);
    assert.equal(seen.at(-1)?.body.length, 0);
  });

  it('[HTTP-6] every other verb is refused with Allow: POST and no body', async () => {
    for (const verb of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await ask(verb, '/v1/sendOtp');
      assert.equal(answer.status, 405, verb);
      assert.equal(answer.headers.get('allow'), 'POST');
      assert.equal(await answer.text(), '');
    }
  });

  it('[OQ-21] other paths are 404, without a body', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v1/',
      '/v1/sendotp',
      '/v1/sendOtp/',
      '/v2/sendOtp',
      '/v1/capture',
      '/v1/sendOtp%00',
      '/%zz',
    ]) {
      const answer = await ask('POST', path, { body: '{}' });
      assert.ok(answer.status === 404 || answer.status === 400, `${path} ${answer.status}`);
      assert.equal(await answer.text(), '', path);
    }
  });

  it('[OQ-21] a known method that is switched off is 501, without a body', async () => {
    const answer = await ask('POST', '/v1/verifyOtp', { body: '{}' });
    assert.equal(answer.status, 501);
    assert.equal(await answer.text(), '');
  });

  it('[OQ-21] a body over the limit is 400 before it is read, declared or not', async () => {
    const head = 'POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    const declared = await raw(`${head}content-length: 67108864\r\n\r\n{`);
    assert.match(declared, /^HTTP\/1\.1 400 .*\r\n\r\n$/s);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const chunked = await raw(`${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(3)}`);
    assert.match(chunked, /^HTTP\/1\.1 400 .*\r\n\r\n$/s);
    assert.equal((await ask('POST', '/v1/echo', { body: 'x'.repeat(65_536) })).status, 200);
  });

  it('garbage and oversized headers get a 4xx or a closed connection, never a page', async () => {
    for (const garbage of [
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'HELLO\r\n\r\n',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const answer = await raw(garbage);
      assert.match(answer, /^(HTTP\/1\.1 4\d\d .*\r\n\r\n)?$/s);
    }
  });

  it('a client that sends its headers or its body byte by byte is cut off', async () => {
    const startedAt = performance.now();
    const [headers, body] = await Promise.all([
      raw('POST /v1/echo HTTP/1.1\r\nhost: x\r\nx-slow: '),
      raw('POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n1'),
    ]);
    assert.ok(performance.now() - startedAt < 4500, 'both were cut off by their time-outs');
    assert.match(headers, /^HTTP\/1\.1 408 .*\r\n\r\n$/s);
    assert.match(body, /^HTTP\/1\.1 408 .*\r\n\r\n$/s);
  });

  it('counts whatever it answers by itself, and nothing that reaches the pipeline', async () => {
    refused = [];
    await ask('POST', '/v1/echo', { body: '{}' });
    await ask('GET', '/v1/echo');
    await ask('POST', '/v1/verifyOtp', { body: '{}' });
    await ask('POST', '/v1/capture', { body: '{}' });
    await ask('POST', '/%zz', { body: '{}' });
    const head = 'POST /v1/echo HTTP/1.1\r\nhost: x\r\n';
    await raw(`${head}content-length: 67108864\r\n\r\n{`);
    await raw('HELLO\r\n\r\n');
    await raw(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`);
    await raw(`${head}x-slow: `);
    assert.deepEqual(refused, [405, 501, 404, 400, 400, 400, 431, 408]);
  });
});

describe('the edge, while it is closing', () => {
  const HEAD = 'POST /v1/echo HTTP/1.1\r\nhost: x\r\n';

  /** A listener, one connection to it, and what has come back on it when it ended. */
  async function start(t: TestContext, more: { limits?: Partial<HttpLimits>; gate?: Promise<void> } = {}) {
    const server = createServer({ ...limits, keepAliveTimeoutMs: 60_000, ...more.limits }, watching());
    const reached = Promise.withResolvers<void>();
    addMethodRoutes(server, {
      basePaths: ['/v1'],
      enabledMethods: new Set(['echo']),
      onRefused: () => undefined,
      pipeline: async ({ body }) => {
        reached.resolve();
        await more.gate;
        return { status: 200, contentType: 'application/json', body };
      },
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    const accepted = new Promise<Socket>((resolve) => server.server.once('connection', resolve));
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    t.after(() => socket.destroy());
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
    return { server, socket, accepted: await accepted, ended, reached: reached.promise };
  }

  /** Sends the first part of a request, and resolves when the listener has read it. */
  async function begin({ accepted, socket }: Awaited<ReturnType<typeof start>>, text: string): Promise<void> {
    socket.write(text);
    await until(() => accepted.bytesRead >= text.length);
  }

  test('[ERR-1] a request that is complete only after the stop is served, and the connection ends', async (t) => {
    const one = await start(t);
    await begin(one, HEAD);
    const closed = one.server.close();
    await until(() => !one.server.server.listening);
    one.socket.write('content-length: 2\r\n\r\n{}');
    assert.match(await one.ended, /^HTTP\/1\.1 200 .*connection: close\r\n.*\r\n\r\n\{\}$/is);
    await closed;
  });

  test('[OQ-21] what is no method then has no body either', async (t) => {
    const one = await start(t);
    await begin(one, 'GET /other HTTP/1.1\r\nhost: x\r\n');
    const closed = one.server.close();
    await until(() => !one.server.server.listening);
    one.socket.write('\r\n');
    assert.match(await one.ended, /^HTTP\/1\.1 404 .*\r\n\r\n$/s);
    await closed;
  });

  test('a connection ends with the answer that was running, however long it could have stayed', async (t) => {
    const gate = Promise.withResolvers<void>();
    const one = await start(t, { gate: gate.promise });
    one.socket.write(`${HEAD}content-length: 2\r\n\r\n{}`);
    await one.reached;
    const closed = one.server.close();
    await until(() => !one.server.server.listening);
    gate.resolve();
    assert.match(await one.ended, /^HTTP\/1\.1 200 .*connection: close\r\n/is);
    await closed;
  });

  for (const [where, rest] of [
    ['in its head', ''],
    ['in its body', 'content-length: 500\r\n\r\n{'],
    ['between two chunks', 'transfer-encoding: chunked\r\n\r\n1\r\n{\r\n'],
  ] as const)
    test(`a client that stays ${where} does not hold up the stop`, { timeout: 20_000 }, async (t) => {
      const one = await start(t, { limits: { headersTimeoutMs: 100, requestTimeoutMs: 100 } });
      await begin(one, HEAD + rest);
      const startedMs = performance.now();
      await one.server.close();
      // Answers that are under way may take 5 s longer.
      assert.ok(performance.now() - startedMs < 4500);
      assert.doesNotMatch(await one.ended, /200/);
    });

  const patient = {
    ...limits,
    headersTimeoutMs: 600_000,
    requestTimeoutMs: 600_000,
    keepAliveTimeoutMs: 600_000,
  };

  test('connections that never sent a request do not hold up the stop', { timeout: 20_000 }, async (t) => {
    const one = await start(t, { limits: patient });
    await one.server.close();
    assert.equal(await one.ended, '');
  });

  test('nor do those in a TLS handshake, or behind one', { timeout: 20_000 }, async (t) => {
    const { certificate, key } = makeCertificate();
    const tls = {
      certificates: readCertificates([{ name: 'a', certificate, key: new Secret(key) }], Date.now()),
    };
    const server = createServer(patient, watching(), { ...tls, tls13: false, clients: undefined });
    await server.listen({ port: 0, host: '127.0.0.1' });
    const address = { host: '127.0.0.1', port: (server.server.address() as AddressInfo).port };
    const silent = connect(address);
    const secured = connectTls({ ...address, ca: certificate, servername: 'localhost' });
    t.after(() => [silent, secured].map((socket) => socket.destroy()));
    const ended = [silent, secured].map(
      (socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve)),
    );
    await new Promise((resolve) => secured.once('secureConnect', resolve));
    await server.close();
    await Promise.all(ended);
  });
});
